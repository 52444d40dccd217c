"""Tests, and what they need to run: real servers, the demo, the installer."""
