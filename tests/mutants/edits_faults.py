"""The lines that keep faults from being printed as they are, and that tell them."""

from __future__ import annotations

from edit import Edit, lines

LINES: tuple[Edit, ...] = (
    *lines(
        "app/faults.py",
        "tests/unit/app/test_app_faults.py",
        (
            "a report is for its owner's eyes",
            ", 0o600)",
            ", 0o644)",
            "test_a_report_holds_classes_places_and_versions_and_nothing_else",
        ),
        (
            "reports lie in a folder of their owner's",
            "mode=0o700",
            "mode=0o755",
            "test_a_report_holds_classes_places_and_versions_and_nothing_else",
        ),
        ("old reports go", "        old.unlink(missing_ok=True)\n", "        pass\n", "test_old_reports_go"),
        (
            "a report is short",
            "        if left_out > 0:\n",
            "        if left_out > 10**9:\n",
            "test_a_report_stays_small_however_deep_the_fault_lies",
        ),
        ("causes end", " and len(found) < _CAUSES", "", "test_causes_are_followed_once_each_and_only_so_far"),
        (
            "causes in a ring end",
            "if one is None or any(one is other for other in found):",
            "if one is None:",
            "test_causes_are_followed_once_each_and_only_so_far",
        ),
        (
            "a fault is one report",
            "        if kind not in _written:\n",
            "        if kind:\n",
            "test_the_same_fault_again_is_one_report",
        ),
        (
            "no home is no second fault",
            "    except Exception:  # noqa: BLE001 - no home",
            "    except ZeroDivisionError:  # no home",
            "test_a_fault_is_told_where_no_report_can_be_written",
        ),
        (
            "a fault while telling ends in the code",
            "        except Exception:  # noqa: BLE001 - a fault while",
            "        except ZeroDivisionError:  # a fault while",
            "test_what_is_told_while_telling_fails_ends_in_the_code",
        ),
        (
            "threads are watched",
            "    threading.excepthook = lambda",
            "    _ = lambda",
            "test_what_nobody_caught_in_a_thread_is_told",
        ),
        (
            "freeing is watched",
            "    sys.unraisablehook = freed\n",
            "",
            "test_a_fault_while_an_object_is_freed_is_written_down_alone",
        ),
    ),
    *lines(
        "core/errors.py",
        "tests/unit/app/test_app_faults.py",
        (
            "a fault is told by its class",
            '    return f"{type(fault).__name__} {reason}" if reason else type(fault).__name__',
            "    return repr(fault)",
            "test_a_report_holds_classes_places_and_versions_and_nothing_else",
        ),
    ),
    *lines(
        "core/message.py",
        "tests/unit/core/test_core_message.py",
        (
            "what the system says is not what a library says",
            "        return quoted(os.strerror(error.errno).lower())",
            '        return quoted((error.strerror or "").lower())',
            "test_what_a_library_says_of_a_refusal_is_not_repeated",
        ),
    ),
    *lines(
        "cli/errors.py",
        "tests/unit/cli/test_cli_ends.py",
        (
            "what a command raises is an error",
            "        except Exception as fault:  # a traceback could",
            "        except ZeroDivisionError as fault:  # a traceback could",
            "tests/unit/cli/test_cli_errors.py::test_a_fault_of_the_program_is_json_where_json_was_asked_for",
        ),
        (
            "a pipe to a worker is no reader",
            "isinstance(fault, BrokenPipeError) and _reader_went_away()",
            "isinstance(fault, BrokenPipeError)",
            "tests/unit/cli/test_cli_errors.py::test_a_pipe_to_a_worker_that_breaks_is_a_fault",
        ),
    ),
    *lines(
        "cli/ending.py",
        "tests/unit/cli/test_cli_ends.py",
        (
            "what ends the program is an exit code of ours",
            "    except BaseException as fault:  # noqa: BLE001 - nothing",
            "    except ZeroDivisionError as fault:  # nothing",
            "test_whatever_ends_a_command_is_exit_code_3",
        ),
        (
            "what libraries log is not printed",
            "    logging.getLogger().addHandler(logging.NullHandler())",
            "    logging.getLogger()",
            "test_what_libraries_log_and_warn_of_is_not_printed",
        ),
        (
            "what libraries warn of is not printed",
            "    logging.captureWarnings(True)\n",
            "",
            "test_what_libraries_log_and_warn_of_is_not_printed",
        ),
        (
            "what a terminal cannot write is spelled",
            '        stream.reconfigure(errors="backslashreplace")',
            "        stream.reconfigure()",
            "test_what_a_terminal_cannot_write_is_spelled",
        ),
        (
            "what was not written is said",
            "                whole = False\n                _tell(fault)\n",
            "                pass\n",
            "test_what_cannot_be_printed_is_said",
        ),
        (
            "Python does not print at its end",
            "                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())",
            "                pass",
            "test_what_cannot_be_printed_is_said",
        ),
        ("threads of a command are watched", "    watch(_tell)\n", "", "test_a_fault_in_a_thread_is_told_too"),
    ),
    *lines(
        "__main__.py",
        "tests/unit/cli/test_cli_ends.py",
        (
            "a program with parts missing says so",
            "    except Exception as fault:  # noqa: BLE001 - parts",
            "    except ZeroDivisionError as fault:  # parts",
            "test_a_program_with_parts_missing_says_so",
        ),
    ),
    *lines(
        "ui/faults.py",
        "tests/ui/test_ui_faults.py",
        (
            "one fault is shown at a time",
            "if self._shown is not None or now",
            "if now",
            "test_a_fault_that_comes_with_each_picture_is_told_once",
        ),
        (
            "a fault in painting is shown once",
            " or now - self._last.get(kind, -QUIET_SECONDS) < QUIET_SECONDS:",
            ":",
            "test_a_fault_that_comes_with_each_picture_is_told_once",
        ),
        (
            "a fault in showing a fault is not shown",
            "        except Exception:  # noqa: BLE001 - what shows",
            "        except ZeroDivisionError:  # what shows",
            "test_a_fault_in_showing_a_fault_ends_in_the_code",
        ),
    ),
    *lines(
        "ui/bridge.py",
        "tests/ui/test_ui_faults.py",
        (
            "whatever ends a job is told",
            "            except BaseException as fault:",
            "            except Exception as fault:",
            "test_a_fault_anywhere_in_the_windows_is_told_with_its_code",
        ),
        (
            "what waits is done after a fault",
            "        finally:\n            self._settle()\n",
            "        finally:\n            pass\n",
            "test_work_that_waits_for_idle_is_done_after_a_fault_too",
        ),
    ),
    *lines(
        "evidence/verifying/check_bundle.py",
        "tests/unit/evidence/test_evidence_faults.py",
        (
            "a fault in a check of the verifier is no traceback",
            "    except Exception as fault:  # noqa: BLE001 - whoever",
            "    except ZeroDivisionError as fault:  # whoever",
            "test_a_fault_in_a_check_is_a_check_that_was_not_made",
        ),
        (
            "a fault around the checks is no traceback",
            "    except Exception as fault:  # noqa: BLE001\n        print(",
            "    except ZeroDivisionError as fault:\n        print(",
            "test_a_fault_around_the_checks_ends_the_verifier_with_its_code",
        ),
        (
            "the verifier says class and line of a fault alone",
            'kind=f"{type(fault).__name__}, {lines[-1] if lines else 0}"',
            "kind=repr(fault)",
            "test_a_fault_in_a_check_is_a_check_that_was_not_made",
        ),
    ),
    *lines(
        "storage/files.py",
        "tests/unit/storage/test_storage_files.py",
        (
            "no file comes in the place of a device",
            "    if path.exists() and not path.is_file() and not path.is_dir():",
            "    if False:",
            "test_no_file_comes_in_the_place_of_a_pipe_or_a_device",
        ),
    ),
)
