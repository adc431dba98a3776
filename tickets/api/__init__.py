"""The API of tickets: what every kind shares. A kind's own endpoint subclasses `TicketResource`."""
