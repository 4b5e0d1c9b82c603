"""Every query about feeds."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from referral.feeds.commands import PutFeedPolicy
from referral.feeds.domain import MAX_SILENCE, Alarm, FeedPolicy, Pulse
from shared.database import Transaction


async def note_heartbeat(tx: Transaction, source: str, sites: Sequence[str]) -> None:
    await tx.raw.execute(
        """INSERT INTO feed (site, source, last_heartbeat_at)
           SELECT site, $2, $3 FROM unnest($1::text[]) site ORDER BY site
           ON CONFLICT (site, source) DO UPDATE SET last_heartbeat_at = excluded.last_heartbeat_at
           """,
        sorted(sites),
        source,
        tx.now,
    )


async def note_reports(tx: Transaction, since: datetime) -> None:
    """Bring each feed's last report up to date from what came in since."""
    await tx.raw.execute(
        """INSERT INTO feed (site, source, last_report_at)
           SELECT site, source, max(received_at) FROM intake WHERE received_at >= $1
           GROUP BY site, source ORDER BY site, source
           ON CONFLICT (site, source) DO UPDATE
               SET last_report_at = greatest(feed.last_report_at, excluded.last_report_at)""",
        since,
    )


_LIST = """
WITH policy AS (
    SELECT DISTINCT ON (site, source) * FROM feed_policy ORDER BY site, source, version DESC),
gap AS (
    SELECT site, source, sum(extract(epoch FROM until - greatest(since, $3))) AS seconds
    FROM feed_gap WHERE until > $3 GROUP BY site, source),
recent AS (
    SELECT site, source, count(*) AS reports, max(received_at) AS latest
    FROM intake WHERE received_at >= $2 GROUP BY site, source)
SELECT coalesce(f.site, i.site) AS site, coalesce(f.source, i.source) AS source,
       coalesce(f.alarm, 'heard') AS state, f.alarm_since,
       greatest(f.last_report_at, i.latest) AS last_report_at, f.last_heartbeat_at,
       coalesce(i.reports, 0) AS reports_last_24_hours,
       CASE WHEN p.version IS NULL THEN $5 ELSE p.max_silence_minutes END AS max_silence_minutes,
       p.floor_per_day,
       floor((coalesce(g.seconds, 0) + CASE WHEN f.alarm_since IS NULL THEN 0 ELSE
           extract(epoch FROM $4 - greatest(f.alarm_since, $3)) END) / 60)::int
           AS coverage_gap_minutes
FROM feed f
FULL JOIN recent i ON i.site = f.site AND i.source = f.source
LEFT JOIN policy p ON p.site = f.site AND p.source = f.source
LEFT JOIN gap g ON g.site = f.site AND g.source = f.source
WHERE coalesce(f.site, i.site) = ANY($1) ORDER BY site, source"""
COUNTED = timedelta(days=30)


async def list_feeds(tx: Transaction, sites: Sequence[str]) -> list[Any]:
    """Every feed that was ever heard of or expected, with what came in a day and was missed."""
    default = int(MAX_SILENCE.total_seconds()) // 60
    day, month = tx.now - timedelta(hours=24), tx.now - COUNTED
    return list(await tx.raw.fetch(_LIST, sites, day, month, tx.now, default))


async def add_policy(tx: Transaction, command: PutFeedPolicy) -> int:
    """A new version; a feed that is expected exists, though nothing came yet."""
    await tx.raw.execute(
        "INSERT INTO feed (site, source) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        command.site,
        command.source,
    )
    version = await tx.raw.fetchval(
        """INSERT INTO feed_policy
               (site, source, version, max_silence_minutes, floor_per_day, set_by, set_at)
           SELECT site, source, 1 + (SELECT coalesce(max(version), 0) FROM feed_policy
                                     WHERE site = $1 AND source = $2), $3, $4, $5, $6
           FROM feed WHERE site = $1 AND source = $2 FOR UPDATE
           RETURNING version""",
        command.site,
        command.source,
        command.max_silence_minutes,
        command.floor_per_day,
        command.by,
        tx.now,
    )
    return int(version)


async def list_policies(tx: Transaction) -> dict[tuple[str, str], FeedPolicy]:
    """The newest version of each; a policy is in force since the first one."""
    rows = await tx.raw.fetch(
        """SELECT DISTINCT ON (site, source) site, source, max_silence_minutes, floor_per_day,
                  min(set_at) OVER (PARTITION BY site, source) AS since
           FROM feed_policy ORDER BY site, source, version DESC"""
    )
    return {(row["site"], row["source"]): _policy_of(row) for row in rows}


def _policy_of(row: Any) -> FeedPolicy:
    minutes = row["max_silence_minutes"]
    silence = None if minutes is None else timedelta(minutes=minutes)
    return FeedPolicy(silence, row["floor_per_day"], row["since"])


async def list_pulses(tx: Transaction, *, counting: bool) -> list[Pulse]:
    """Every feed, locked: one watcher decides about each."""
    rows = await tx.raw.fetch(
        """SELECT site, source, greatest(last_report_at, last_heartbeat_at) AS last_heard_at,
                  alarm, alarm_since
           FROM feed ORDER BY site, source FOR UPDATE"""
    )
    counts = await _count_reports(tx) if counting else None
    return [
        Pulse(
            row["site"],
            row["source"],
            row["last_heard_at"],
            None if counts is None else counts.get((row["site"], row["source"]), 0),
            Alarm(row["alarm"]) if row["alarm"] else None,
            row["alarm_since"],
        )
        for row in rows
    ]


async def _count_reports(tx: Transaction) -> dict[tuple[str, str], int]:
    rows = await tx.raw.fetch(
        "SELECT site, source, count(*) AS reports FROM intake WHERE received_at >= $1"
        " GROUP BY site, source",
        tx.now - timedelta(hours=24),
    )
    return {(row["site"], row["source"]): row["reports"] for row in rows}


async def set_alarm(tx: Transaction, pulse: Pulse, alarm: Alarm, since: datetime) -> None:
    await tx.raw.execute(
        "UPDATE feed SET alarm = $3, alarm_since = $4 WHERE site = $1 AND source = $2",
        pulse.site,
        pulse.source,
        alarm,
        since,
    )


async def end_alarm(tx: Transaction, pulse: Pulse, since: datetime, until: datetime) -> None:
    """The alarm becomes a gap in coverage."""
    await tx.raw.execute(
        """WITH ended AS (
               UPDATE feed SET alarm = NULL, alarm_since = NULL WHERE site = $1 AND source = $2)
           INSERT INTO feed_gap (site, source, alarm, since, until)
           VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING""",
        pulse.site,
        pulse.source,
        pulse.alarm,
        since,
        until,
    )
