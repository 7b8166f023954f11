"""The province's side: its keys, the bundles that it received and opened, the receipts that it gives."""
