"""The main job, played from the first company to the last invoice through the doors that a user has.

A month of orders of three clients goes in as their channels' files, over HTTP; simulated operators work the queue
through the services; the months are closed and the invoices opened in the browser's way. What the database then counts
is held against a count of the input files by other means: any disagreement is an error.
"""
