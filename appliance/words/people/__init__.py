"""Words of people who act: sign-in, PINs, the acts on the page."""
