"""What the servers' modules cost people who schedule nothing."""
