"""Discord's own interfaces on loopback: REST, gateway and CDN; each resource is named as its state in world/."""
