"""Yahoo!ショッピング: the mall of LINEヤフー, with files whose columns a shop chooses."""
