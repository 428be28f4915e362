"""The product in a browser, as people see it: headless Chromium against a served sample."""
