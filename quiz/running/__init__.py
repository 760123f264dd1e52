"""Bringing the quiz together: packs, rules, the store and a model, told to the outside through an `Outlet`."""
