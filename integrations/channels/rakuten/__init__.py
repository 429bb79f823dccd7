"""楽天市場: the shop side is 楽天RMS."""
