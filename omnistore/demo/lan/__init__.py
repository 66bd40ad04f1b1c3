"""The demo shop on real tablets in the same Wi-Fi, by https (`make run LAN=1`, docs/tablet.md)."""
