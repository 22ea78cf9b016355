"""A laboratory of uplinks: network namespaces with routers, a cloud and far ends, in which a real device loses its network and keeps its call."""
