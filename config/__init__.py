"""How the apps are put together: settings, services, entry points and the joined flow."""
