"""Running the quiz: sessions, games, quiz nights, practice and packs, shown through an `Outlet`."""
