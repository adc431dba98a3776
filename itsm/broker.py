"""Checks of the broker that need no settings, so that every process can make them before it starts."""

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

PROBE_SECONDS = 1.0


def broker_problem(url: str) -> str:
    """What is wrong with the broker's memory policy; empty where it is right or cannot be asked now."""
    try:
        policy = memory_policy(url)
    except (RedisError, OSError):
        return ""
    return "" if policy == "noeviction" else wrong_policy(policy)


def memory_policy(url: str) -> str:
    """The broker's maxmemory-policy; RedisError or OSError where it does not answer within a second."""
    with Redis.from_url(
        url.replace("redis+socket://", "unix://", 1),
        socket_timeout=PROBE_SECONDS,
        socket_connect_timeout=PROBE_SECONDS,
        retry=Retry(NoBackoff(), 0),
    ) as broker:
        # INFO and not CONFIG GET, which managed services forbid.
        return str(broker.info("memory").get("maxmemory_policy", "noeviction"))


def wrong_policy(policy: str) -> str:
    """What to tell about a broker that may throw tasks away."""
    return (
        f"The broker's maxmemory-policy is {policy}, which loses tasks. Set it to noeviction (valkey-cli CONFIG SET "
        "maxmemory-policy noeviction) and give the cache a server of its own in CACHE_URL."
    )
