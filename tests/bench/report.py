# SPDX-License-Identifier: MIT
"""What was measured, as medians with their spread, for people and for programs."""
import statistics


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def ratios(mine, others):
    """Spread of the ratios of each round, which both had one after the other."""
    return spread([a / b for a, b in zip(mine, others)])


def summary(rounds, null="null", cadre="cadre"):
    """Of one workload: rounds[server] is a list of {us, user_us, rate}, one for each round."""
    table = {}
    for name, each in rounds.items():
        us = [r["us"] for r in each]
        row = {
            "cpu_us": spread(us),
            "user_us": spread([r["user_us"] for r in each]),
            "requests_per_second": spread([r["rate"] for r in each]),
            "rounds": each,
        }
        if null in rounds and name != null:
            row["times_null"] = ratios(us, [r["us"] for r in rounds[null]])
        if cadre in rounds and name != cadre:
            row["cadre_to_it"] = ratios([r["us"] for r in rounds[cadre]], us)
        table[name] = row
    return table


def ratio_text(ratio):
    if ratio is None:
        return ""
    digits = 3 if ratio["max"] < 10 else 2
    return "{median:.{d}f} ({min:.{d}f}-{max:.{d}f})".format(d=digits, **ratio)


def workload_text(text, table):
    lines = [text, f"  {'':<11} {'CPU us':>7} {'user':>6} {'requests/s':>11}"
                   f"  {'x null server':<21}  cadre is x it"]
    for name, row in table.items():
        lines.append(f"  {name:<11} {row['cpu_us']['median']:7.2f} {row['user_us']['median']:6.2f}"
                     f" {row['requests_per_second']['median']:11.0f}"
                     f"  {ratio_text(row.get('times_null')):<21}"
                     f"  {ratio_text(row.get('cadre_to_it'))}".rstrip())
    return "\n".join(lines)


def idle_text(table):
    lines = ["memory (PSS)",
             f"  {'':<11} {'idle, KiB':>10} {'kept open':>10} {'bytes each':>11}"]
    for name, row in table.items():
        each = row.get("bytes_per_connection")
        lines.append(f"  {name:<11} {row['idle_pss_bytes'] / 1024:10.0f}"
                     f" {row.get('connections', 0):10d}"
                     f" {each if each is not None else float('nan'):11.0f}")
    return "\n".join(lines)


def counts_text(calls, instructions):
    lines = []
    if calls:
        names = list(next(iter(calls.values())))
        lines += ["system calls per request",
                  f"  {'':<11}" + "".join(f" {name:>11}" for name in names)]
        for server, row in calls.items():
            lines.append(f"  {server:<11}" + "".join(
                f" {row[name]:11.3f}" if row.get(name) is not None else f" {'-':>11}"
                for name in names))
    if instructions:
        lines += ["instructions in user space per request, cadre's worker",
                  f"  {'':<11}" + "".join(f" {name:>11}" for name in instructions),
                  f"  {'cadre':<11}" + "".join(f" {n:11.0f}" for n in instructions.values())]
    return "\n".join(lines)


# What Cadre is to reach: what it is, where it stands in the results, the most that it may be.
GOALS = [
    ("instructions, kept", ("instructions", "keep-alive"), 1300),
    ("system calls, kept", ("system_calls", "cadre", "keep-alive"), 2.1),
    ("kept, x null server", ("workloads", "keep-alive", "cadre", "times_null", "median"), 1.05),
    ("kept, user us", ("workloads", "keep-alive", "cadre", "user_us", "median"), 0.5),
    ("pipelined, x null server", ("workloads", "pipelined", "cadre", "times_null", "median"), 1.6),
    ("browser, x null server", ("workloads", "browser", "cadre", "times_null", "median"), 1.08),
    ("one a connection, x nginx", ("workloads", "close", "nginx", "cadre_to_it", "median"), 1.0),
    ("1 KiB file, x nginx", ("workloads", "file-1k", "nginx", "cadre_to_it", "median"), 0.70),
    ("100 KiB file, x nginx", ("workloads", "file-100k", "nginx", "cadre_to_it", "median"), 0.65),
    ("bytes per idle connection", ("idle", "cadre", "bytes_per_connection"), 300),
    ("idle PSS, KiB", ("idle", "cadre", "idle_pss_bytes"), 4096 * 1024),
] + [(f"kept, x {peer}", ("workloads", "keep-alive", peer, "cadre_to_it", "median"), 1.0)
     for peer in ("nginx", "kore", "h2o", "microhttpd")]


def look_up(results, path):
    for key in path:
        if not isinstance(results, dict) or key not in results:
            return None
        results = results[key]
    return results


def goals(results):
    """Of each goal that was measured: what it is, the value, the most allowed, whether met."""
    rows = []
    for text, path, most in GOALS:
        value = look_up(results, path)
        if value is not None:
            rows.append({"goal": text, "value": value, "most": most, "met": value <= most})
    return rows


def goals_text(rows):
    lines = [f"{'goals':<27} {'measured':>10} {'at most':>10}"]
    for row in rows:
        value, most = row["value"], row["most"]
        if row["goal"].endswith("KiB"):
            value, most = value / 1024, most / 1024
        lines.append(f"  {row['goal']:<25} {value:10.4g} {most:10.4g}"
                     f"{'' if row['met'] else '   missed'}")
    return "\n".join(lines)
