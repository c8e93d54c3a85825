"""What the SDK tests share: a server of their own, ready-made vendor clients, the vendor's definitions."""
