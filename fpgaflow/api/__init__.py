"""What `import fpgaflow` offers: compiling, builds, and what the commands show."""
