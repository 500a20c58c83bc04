"""What several tests share: people made of numbers, scenes, a browser, a log, stand-ins for live parts."""
