"""The places files are kept in: each holds the contract of `documents.ports.Store`."""
