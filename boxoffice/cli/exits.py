"""Exit codes: one table, for the program and for its readers."""

EXIT_CODES = {
    0: ("ok", "done, or already so"),
    1: ("failed", "unexpected; the message carries a reference into the log"),
    2: ("usage", "wrong flags, a value that makes no sense, or a question nobody can answer"),
    3: ("not found", "no such event, order, ticket or list"),
    4: ("not allowed", "nobody is logged in, or the role lacks the permission"),
    5: ("refused", "a rule says no: sold out, not on sale, key reused"),
    6: ("partial", "some items of many failed; the output lists them"),
    7: ("differs", "differences were found, and that is the answer"),
    8: ("unhealthy", "the checks ran, and something is wrong"),
    10: ("HOLD", "a scan of one code alone: wait, something is to be checked first"),
    20: ("WARN", "a scan of one code alone: already in, or not inside"),
    30: ("REFUSE", "a scan of one code alone: not in"),
    40: ("FAULT", "a scan of one code alone: we could not tell"),
    75: ("try later", "a lock is held, or database, gateway or mail is silent"),
    78: ("config", "a setting is missing or broken"),
    130: ("interrupted", "Ctrl-C; also 143 for SIGTERM and 141 for a closed pipe"),
}

DONE, FAILED, USAGE, PARTIAL, UNHEALTHY, FAULT = 0, 1, 2, 6, 8, 40
CLOSED_PIPE, INTERRUPTED, TERMINATED = 141, 130, 143
