"""The safety lines of lineage from outside, of own models, and of errors that come from another process."""

from __future__ import annotations

from edit import Edit, lines

IMPORTING = "tests/unit/lineage/test_importing.py"
OWN = "tests/unit/faces/test_faces_own_model.py"
CROSSING = "tests/unit/jobs/test_jobs_errors.py"

LINES: tuple[Edit, ...] = (
    *lines(
        "lineage/importers/registry.py",
        IMPORTING,
        (
            "lineage is read in a cell",
            "stream(Imported, read_pieces, path, history, grants=grants, limits=_limits(path, history))",
            "read_pieces(path, history)",
            "test_a_file_that_ends_its_reader_or_answers_with_no_graph_is_named_with_the_reason"
            "[raise_a_name-why.cell.fault]",
        ),
        (
            "an importer sees what was named and no more",
            "Grants(read=(path, *beside(path), *hugging_face.stored(path)))",
            "Grants(read=(path.parent,))",
            "test_a_file_reaches_no_other_file_no_network_and_no_process",
        ),
        (
            "the graph that comes out of the cell holds together",
            "    if imported is None or not _holds_together(imported, path):",
            "    if imported is None:",
            "test_a_file_that_ends_its_reader_or_answers_with_no_graph_is_named_with_the_reason",
        ),
        (
            "a link that leads out is named",
            "    if isinstance(error, PermissionError) and leads_out:",
            "    if False:",
            "test_a_link_out_of_a_folder_is_not_followed_and_is_named",
        ),
    ),
    *lines(
        "lineage/importers/peek.py",
        IMPORTING,
        (
            "the log is sought where the file itself lies",
            "    real = path.resolve()\n",
            "    real = path\n",
            "test_the_log_is_found_where_a_linked_database_lies",
        ),
        (
            "nothing is written beside a database",
            '"&vfs=unix-none" if alone else ""',
            '""',
            "test_the_log_of_a_database_that_was_not_closed_is_read_and_nothing_is_written_beside_it",
        ),
        (
            "half a change is not read",
            'way = "&immutable=1" if not beside(path) else',
            'way = "&immutable=1" if not path.with_name(path.name + "-wal").exists() else',
            "test_a_database_that_stopped_in_the_middle_of_a_change_is_refused",
        ),
        (
            "what SQLite complains of may be no text",
            "BROKEN_DATABASE = (sqlite3.Error, UnicodeDecodeError)",
            "BROKEN_DATABASE = (sqlite3.Error,)",
            "test_a_damaged_name_in_a_database_is_no_traceback",
        ),
        (
            "SQLite sorts without a file",
            '        db.execute("PRAGMA temp_store = memory")\n',
            "",
            "test_what_does_not_fit_into_memory_at_once_is_sorted_without_a_file",
        ),
    ),
    *lines(
        "lineage/importers/mlflow_files.py",
        IMPORTING,
        (
            "a folder that cannot be listed is no empty one",
            "    _can_be_listed(root)\n",
            "",
            "test_a_folder_that_cannot_be_looked_into_is_no_empty_one",
        ),
        (
            "a store that cannot be listed is no other format",
            "    os.scandir(inside).close()\n",
            "",
            "test_a_link_out_of_a_folder_is_not_followed_and_is_named",
        ),
    ),
    *lines(
        "lineage/importers/dvc.py",
        IMPORTING,
        (
            "a folder that cannot be listed hides no stage",
            "os.walk(root, onerror=_not_listed)",
            "os.walk(root)",
            "test_a_folder_that_cannot_be_looked_into_is_no_empty_one",
        ),
    ),
    *lines(
        "lineage/importers/hugging_face.py",
        IMPORTING,
        (
            "only the blobs of the cache are read through links",
            ".parent == blobs and real.is_file()]",
            ".is_file()]",
            "test_only_the_blobs_of_such_a_folder_are_read_through_links",
        ),
    ),
    *lines(
        "faces/facts.py",
        OWN,
        (
            "an own model is loaded in a cell",
            "    if folder is None:\n        engine = load()",
            "    if True:\n        engine = load()",
            "test_what_an_own_model_is_comes_out_of_a_cell_as_it_is",
        ),
        (
            "a cell with an own model sees its two files",
            "Grants(read=(*ours.read, *_own_files(folder)))",
            "Grants(read=(*ours.read, folder))",
            "test_a_cell_that_loads_an_own_model_may_read_its_two_files",
        ),
        (
            "an own model lies beside its manifest",
            "if (folder / name).parent != folder or not",
            "if not",
            "test_a_reader_that_names_another_file_opens_it_to_nobody",
        ),
    ),
    *lines(
        "faces/own_model.py",
        OWN,
        (
            "an own model is one file",
            "    return not any(map(onnx.external",
            "    return True or any(map(onnx.external",
            "test_a_network_in_several_files_is_refused",
        ),
        (
            "templates are numbers",
            "        if not np.isfinite(answer).all():",
            "        if False:",
            "test_a_network_that_answers_with_no_numbers_is_refused",
        ),
        (
            "a template does not depend on who else is in the photo",
            "if np.allclose(together, alone, rtol=0.01, atol=0.001)",
            "if len(alone)",
            "test_a_network_whose_answer_depends_on_the_other_faces_gets_them_one_by_one",
        ),
    ),
    *lines(
        "search/index/build.py",
        "tests/unit/search/index/test_search_own_model.py",
        (
            "what an engine is, is found out in a cell",
            "    engine = engine_facts(engine_name, load)\n",
            "    engine = load()\n",
            "",
        ),
    ),
    *lines(
        "faces/outside.py",
        "tests/unit/app/case/test_app_references.py",
        (
            "a template is of the engine of its index",
            "    if digest and engine.digest != digest:",
            "    if False:",
            "test_an_engine_that_is_not_the_one_of_the_index_compares_nobody",
        ),
    ),
    *lines(
        "app/case/searching.py",
        "tests/unit/app/case/test_app_searching.py",
        (
            "a search without a photo that it should compare is not complete",
            "            self.left_out = True\n            self.gaps.append(Gap(place",
            "            self.gaps.append(Gap(place",
            "test_a_photo_that_cannot_be_compared_is_named_as_not_searched",
        ),
    ),
    *lines(
        "core/errors.py",
        CROSSING,
        (
            "a worker has no module loaded that does something",
            " or module == _READY:",
            ":",
            "test_no_module_is_loaded_because_a_worker_names_it_where_that_would_do_something",
        ),
        (
            "a worker has no module of another room loaded",
            "    if not module.startswith(WORKING_ROOMS) or",
            "    if",
            "test_no_module_is_loaded_because_a_worker_names_it_where_that_would_do_something",
        ),
        (
            "a worker raises errors of its rooms alone",
            "    if not DeskError.registry[message.code].__module__.startswith(WORKING_ROOMS):",
            "    if False:",
            "test_what_is_no_error_of_this_program_costs_its_task_alone",
        ),
    ),
    *lines(
        "jobs/cluster.py",
        CROSSING,
        (
            "nobody waits for an answer that is none",
            "            self._settle(self._waiting[number], body[8:])\n            with self._lock:\n"
            "                del self._waiting[number]\n",
            "            with self._lock:\n                begun = self._waiting.pop(number)\n"
            "            self._settle(begun, body[8:])\n",
            "test_an_answer_that_is_none_ends_the_job_and_leaves_nobody_waiting",
        ),
        (
            "whatever a cluster answers does not end the reader",
            "        except (OSError, EOFError):\n            pass\n        except Exception:",
            "        except (OSError, EOFError):\n            pass\n        except pyrage.DecryptError:",
            "test_an_answer_that_is_none_ends_the_job_and_leaves_nobody_waiting",
        ),
    ),
)
