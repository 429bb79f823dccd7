"""The floor's pages. All of them are the operator's; those of one client's things lie below /clients/<code>/."""
