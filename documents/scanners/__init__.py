"""Those who look for viruses, one module each: see documents.ports.Scanner."""
