"""The safety lines of being offline and of what the kernel refuses a cell."""

from __future__ import annotations

from edit import Edit, lines

_CALLS = "test_a_cell_makes_no_other_calls"
_BOUNDS = "test_a_cell_has_bounds_and_can_do_its_work"
_LANDLOCK = "test_landlock_alone_keeps_a_cell_from_networks_services_and_processes"
_NOTHING_WRITTEN = "test_a_cell_without_a_place_to_write_changes_nothing"
_UNSEEN = "test_a_process_is_seen_by_no_other_and_leaves_no_core_and_no_file_for_others"
_OFFLINE = "test_a_program_without_a_network_has_no_internet_socket"
_BOUNDED = "test_whatever_a_cell_began_with_its_files_and_its_stack_are_bounded"
_NOBODY_REACHED = "test_with_nothing_that_refuses_it_neither_the_demo_nor_the_windows_try_to_reach_anybody -m long"
_FROM_OUTSIDE = "test_the_demo_does_the_whole_job_and_says_what_it_missed_and_like_the_windows_it_asks_for_no_network"
_PROCESS = "tests/unit/test_the_process.py::"

LINES: tuple[Edit, ...] = (
    *lines(
        "__main__.py",
        "tests/unit/test_the_process.py",
        ("the program is offline", "        _shut()\n", "", "test_every_way_to_start_the_program_is_without_a_network"),
        (
            "a client of a cluster starts before",
            "        start_client()\n",
            "        pass\n",
            "test_a_named_cluster_is_talked_to_by_a_process_of_its_own -m long",
        ),
    ),
    *lines(
        "jobs/confine.py",
        "tests/unit/jobs/test_jobs_confine.py",
        (
            "internet sockets are refused",
            '    refuse.add_rule(seccomp.ERRNO(EAFNOSUPPORT), "socket", *only)\n',
            "",
            _OFFLINE,
        ),
        (
            "a command has no local sockets",
            "_AF_UNIX),) if unix else ()",
            "_AF_UNIX),)",
            "test_a_command_has_no_local_socket_either_and_a_window_has",
        ),
        ("rings are refused", "    for call in _RING:\n", "    for call in ():\n", _OFFLINE),
        (
            "other interfaces of the kernel are refused",
            "    refuse.set_attr(seccomp.Attr.ACT_BADARCH, seccomp.ERRNO(ENOSYS))",
            "    refuse.set_attr(seccomp.Attr.ACT_BADARCH, seccomp.ALLOW)",
            _OFFLINE,
        ),
        (
            "threads that were there before are bound",
            "    refuse.set_attr(seccomp.Attr.CTL_TSYNC, 1)\n",
            "",
            "test_threads_that_were_there_before_are_bound_too",
        ),
        (
            "what is not enforced is told",
            '    except OSError:\n        _network = message("why.kernel.no-seccomp")',
            "    except OSError:\n        pass",
            "test_where_the_kernel_or_its_library_refuses_the_program_goes_on_and_says_so",
        ),
        (
            "the program is not seen",
            "    global _network\n    unseen()\n",
            "    global _network\n",
            f"{_PROCESS}test_no_other_process_of_the_same_user_looks_into_the_program",
        ),
        ("no other process reads the memory", "        _prctl(_PR_SET_DUMPABLE, 0)", "        pass", _UNSEEN),
        ("there is no core", "    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))\n", "", _UNSEEN),
        ("files are their user's", "    os.umask(0o077)\n", "", _UNSEEN),
        (
            "a cell is entered with one thread",
            '        raise RuntimeError("a cell is entered before threads are started")',
            "        pass",
            "test_a_cell_is_not_entered_with_threads_since_these_would_stay_outside",
        ),
        (
            "a cell is unseen",
            "    unseen()\n    if not write:\n        _close_files()\n",
            "    if not write:\n        _close_files()\n",
            _BOUNDED,
        ),
        ("a cell is limited", "    _limit(memory, writing=bool(write))\n", "", _BOUNDS),
        (
            "a cell reads what is granted",
            "        _refuse_files(read, write)\n",
            "        pass\n",
            "test_a_cell_reads_no_other_file",
        ),
        ("a cell makes few calls", "        _prctl(_PR_SET_SECCOMP, 2, calls)", "        pass", _CALLS),
        (
            "a cell makes no call of another kernel interface",
            "    cell.set_attr(seccomp.Attr.ACT_BADARCH, seccomp.ERRNO(ENOSYS))",
            "    cell.set_attr(seccomp.Attr.ACT_BADARCH, seccomp.ALLOW)",
            _CALLS,
        ),
        (
            "a cell starts threads alone",
            'cell.add_rule(seccomp.ALLOW, "clone", masked(0, _CLONE_THREAD, _CLONE_THREAD))\n'
            '    cell.add_rule(seccomp.ERRNO(EPERM), "clone", masked(0, _CLONE_THREAD, 0))',
            'cell.add_rule(seccomp.ALLOW, "clone")',
            _CALLS,
        ),
        (
            "a cell shares no memory",
            "_MAP_ANONYMOUS | _MAP_GROWSDOWN | _MAP_SHARED, _MAP_ANONYMOUS",
            "_MAP_ANONYMOUS | _MAP_GROWSDOWN, _MAP_ANONYMOUS",
            _CALLS,
        ),
        (
            "a cell has no growing stacks",
            "_MAP_ANONYMOUS | _MAP_GROWSDOWN | _MAP_SHARED, _MAP_ANONYMOUS",
            "_MAP_ANONYMOUS | _MAP_SHARED, _MAP_ANONYMOUS",
            _CALLS,
        ),
        ("a cell keeps its limits", '"prlimit64", seccomp.Arg(2, seccomp.EQ, 0)', '"prlimit64"', _CALLS),
        (
            "a cell moves no other process",
            '"sched_setaffinity", seccomp.Arg(0, seccomp.EQ, 0)',
            '"sched_setaffinity"',
            _CALLS,
        ),
        ("a cell signals nobody through a file", "((0xFFFFFFF8, 0),)", "((0xFFFFFFF0, 0),)", _CALLS),
        ("a cell sets no terminal", "_IOCTL = (0x5401,", "_IOCTL = (0x5401, 0x5402,", _CALLS),
        ("a cell stays unseen", "_PRCTL = (15, 16)", "_PRCTL = (4, 15, 16)", _CALLS),
        (
            "a cell removes nothing",
            "seccomp.ALLOW if writing else seccomp.ERRNO(EPERM), call",
            "seccomp.ALLOW, call",
            _NOTHING_WRITTEN,
        ),
        (
            "a cell opens nothing to write",
            "*(() if writing else (masked(position, sum(_CHANGING_FLAGS), 0),))",
            "",
            _NOTHING_WRITTEN,
        ),
        ("a cell's memory is bounded", "        resource.RLIMIT_DATA: held + memory,\n", "", _BOUNDS),
        ("a cell's stack is bounded", "        resource.RLIMIT_STACK: _STACK,\n", "", _BOUNDED),
        ("a cell's open files are bounded", "        resource.RLIMIT_NOFILE: _OPEN_FILES,\n", "", _BOUNDS),
        (
            "a cell writes to no open file",
            "        _close_files()",
            "        pass",
            _NOTHING_WRITTEN,
        ),
        ("a cell connects to nothing by Landlock", "0b11 if abi >= 4 else 0", "0", _LANDLOCK),
        ("a cell reaches no process by Landlock", "0b11 if abi >= 6 else 0", "0", _LANDLOCK),
        ("a cell shortens no file by Landlock", "(1 << 14 if abi >= 3 else 0)", "0", _LANDLOCK),
        ("a cell asks no device by Landlock", "(1 << 15 if abi >= 5 else 0)", "0", _LANDLOCK),
        (
            "a cell writes to no place that it may read",
            "            _allow(ruleset, path, handled & (_READ_FILE | _READ_DIR))\n",
            "            _allow(ruleset, path, handled)\n",
            "test_a_cell_with_a_place_to_write_changes_nothing_beside_it",
        ),
    ),
    *lines(
        "jobs/cluster.py",
        "tests/unit/jobs/test_jobs_cluster.py",
        (
            "a client is not started too late",
            "        if enforced().network:\n            raise ClusterClientMissing()\n",
            "",
            "test_the_client_is_started_before_the_kernel_refuses_the_network_or_not_at_all",
        ),
    ),
    *lines(
        "ui/reach.py",
        "tests/ui/test_ui_reach.py",
        (
            "another computer's screen is told",
            "        raise DisplayOutOfReach(display=display)",
            "        pass",
            "test_a_screen_of_another_computer_is_refused_in_words",
        ),
        (
            "another computer's print service is told",
            "        raise PrinterOutOfReach(server=server)",
            "        pass",
            "test_another_computers_print_service_is_told_before_the_dialog",
        ),
        (
            "a missing screen is told",
            "            if kind == QtMsgType.QtFatalMsg:",
            "            if False:",
            "test_without_a_screen_the_program_ends_with_its_words_and_no_core",
        ),
    ),
    *lines(
        "ui/dialogs.py",
        "tests/ui/test_ui_secrets.py",
        (
            "closed dialogs forget what was typed in secret",
            "        self.finished.connect(self._forget)\n",
            "",
            "test_a_dialog_that_was_closed_holds_no_passphrase",
        ),
    ),
    *lines(
        "ui/views/vault/welcome.py",
        "tests/ui/test_ui_secrets.py",
        (
            "a made passphrase is forgotten",
            "            self.making.new.forget()\n",
            "",
            "test_the_fields_of_a_new_vault_are_empty_while_its_code_is_shown",
        ),
    ),
    *lines(
        "ui/about.py",
        "tests/ui/test_ui_reach.py",
        (
            "the badge claims what is enforced",
            "    enforced = protection().network",
            "    enforced = True",
            "test_the_badge_claims_what_the_kernel_sees_to_and_no_more",
        ),
    ),
    *lines(
        "__init__.py",
        "tests/e2e/test_offline.py",
        ("telemetry is off before it loads", 'os.environ["ORT_DISABLE_TELEMETRY"] = "1"\n', "", _NOBODY_REACHED),
    ),
    *lines(
        "ui/choosing.py",
        "tests/e2e/test_demo.py",
        (
            "no list of visited folders is left",
            'QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, "/dev/null")\n',
            "",
            _FROM_OUTSIDE,
        ),
    ),
    *lines(
        "app/sample.py",
        "tests/e2e/test_demo.py",
        (
            "the sample is its user's",
            "            copy.mkdir()\n",
            "            copy.mkdir()\n            copy.chmod(0o755)\n",
            _FROM_OUTSIDE,
        ),
    ),
)
