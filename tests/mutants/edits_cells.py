"""The safety lines of cells: what is parsed there stays there, and what comes from there is checked."""

from __future__ import annotations

from edit import Edit, lines

CELL = "tests/unit/jobs/test_jobs_cell.py"
OTHER = "test_no_extension_is_taken_but_the_number_of_large_bytes"
SAID = "test_what_is_no_message_is_refused"
NOT_ITS = "test_what_is_not_a_cells_to_say_is_no_answer"
WRONG = "test_an_answer_of_the_wrong_kind_is_none_however_well_formed"

LINES: tuple[Edit, ...] = (
    *lines(
        "core/codec.py",
        "tests/unit/core/test_core_codec_crossing.py",
        (
            "values are counted before memory is full",
            "        if left < 0:\n",
            "        if False:\n",
            "test_a_small_frame_that_claims_to_be_very_many_values_is_refused",
        ),
        (
            "a structure has a longest length",
            "    if len(data) - at > MOST_BYTES:",
            "    if False:",
            "test_a_structure_of_more_than_its_bound_is_refused",
        ),
        (
            "no other extension is taken",
            "        max_ext_len=_INDEX,\n",
            "",
            OTHER,
        ),
        (
            "an extension of another code is none",
            "        if code != _ASIDE:",
            "        if False:",
            OTHER,
        ),
        (
            "the code of a message is one",
            ' or not _CODE.fullmatch(data["code"])',
            "",
            SAID,
        ),
        (
            "a message says nothing of its own",
            'data.keys() != {"code", "values"}',
            'data.keys() < {"code", "values"}',
            SAID,
        ),
        (
            "the names of a message's values are names",
            '    if not all(_CODE.fullmatch(name) for name in data["values"]):',
            "    if False:",
            SAID,
        ),
    ),
    *lines(
        "jobs/channel.py",
        "tests/unit/jobs/test_jobs_channel.py",
        (
            "a frame has a longest length",
            "        if most is not None and length > most:",
            "        if False:",
            "test_a_frame_that_claims_to_be_longer_than_it_may_is_refused_before_it_comes",
        ),
        (
            "the end of a channel is seen",
            "            if not piece:\n                raise ChannelClosed",
            "            if not piece:\n                raise TimeoutError",
            "test_half_a_frame_is_none",
        ),
        (
            "waiting for a frame ends",
            "        if left is not None and left <= 0:\n            raise TimeoutError",
            "        if left is not None and left <= 0:\n            raise ChannelClosed",
            "test_a_frame_that_does_not_come_in_time_is_given_up",
        ),
    ),
    *lines(
        "jobs/inside.py",
        CELL,
        (
            "a cell is confined",
            "        enter_cell(confinement.read, confinement.write, confinement.memory)\n",
            "",
            "test_a_cell_reads_no_file_but_those_that_it_was_granted",
        ),
        (
            "a cell holds no other open file",
            "        os.closerange(3, end.fileno())\n        os.closerange(end.fileno() + 1, _MOST_FILES)\n",
            "",
            "test_of_what_was_open_elsewhere_a_cell_holds_nothing_but_its_channel",
        ),
        (
            "an interrupt does not end a cell",
            "    signal.signal(signal.SIGINT, signal.SIG_IGN)\n",
            "",
            "test_an_interrupt_is_the_owners_to_handle",
        ),
        (
            "what a fault says stays in the cell",
            "kind=place_of(fault)",
            "kind=str(fault)",
            "test_of_a_fault_arrive_its_class_and_place_and_nothing_that_it_says",
        ),
        (
            "the streams of a cell lead nowhere",
            "        os.dup2(nowhere, stream)",
            "        pass",
            "test_of_what_was_open_elsewhere_a_cell_holds_nothing_but_its_channel",
        ),
    ),
    *lines(
        "jobs/nursery.py",
        CELL,
        (
            "a nursery leaves no image of its memory",
            "    unseen()\n",
            "",
            "test_a_nursery_leaves_no_image_of_its_memory",
        ),
        (
            "a nursery forgets its owner's environment",
            "        del os.environ[name]",
            "        pass",
            "test_a_cell_knows_nothing_of_its_owners_environment",
        ),
        (
            "a nursery has one thread",
            "    os.environ.update(_ONE_THREAD)\n",
            "",
            "test_the_nursery_has_one_thread_with_everything_loaded",
        ),
        (
            "a late answer is nobody's",
            "                self._control.close()  # an answer",
            "                pass  # an answer",
            "test_a_nursery_that_does_not_answer_in_time_is_asked_nothing_more",
        ),
        (
            "a cell that has answered is ended",
            "                cells.end(what[0])\n",
            "",
            "test_a_cell_that_has_answered_is_ended_without_being_waited_for",
        ),
        (
            "a cell ends with its nursery",
            "            end_with(nursery)\n",
            "",
            "test_a_cell_ends_with_its_nursery",
        ),
    ),
    *lines(
        "jobs/cell.py",
        CELL,
        (
            "an answer is a value",
            "        if how != inside.VALUE:\n            raise self._unfit()\n",
            "",
            WRONG,
        ),
        (
            "a piece is a piece",
            "            if how != inside.PIECE:\n                raise self._unfit()\n",
            "",
            WRONG,
        ),
        (
            "an answer is checked",
            "            return unpacked(data, kind)",
            "            return unpacked(data, Any)",
            "test_a_value_crosses_whole_and_is_checked",
        ),
        (
            "an error of no code is none",
            "        except Exception:  # noqa: BLE001 - a code that is none or not its own, values that do not fit\n"
            "            return self._unfit()",
            "        except ZeroDivisionError:\n            return self._unfit()",
            NOT_ITS,
        ),
        (
            "a cell says faults of its own alone",
            " if why.code in inside.FAULTS else self._unfit()",
            "",
            NOT_ITS,
        ),
        (
            "another nursery follows one that ended",
            " or not there.works",
            "",
            "test_a_nursery_that_ended_is_followed_by_another",
        ),
    ),
    *lines(
        "jobs/pool.py",
        "tests/unit/jobs/test_jobs_pool.py",
        (
            "workers read what is granted alone",
            "self._recipe.grants, LIMITS)",
            'type(self._recipe.grants)(read=(__import__("pathlib").Path("/"),)), LIMITS)',
            "test_workers_read_what_their_recipe_grants_and_nothing_else",
        ),
        (
            "a worker that failed is let go",
            "            self._let_go(cell)\n            cell = None\n            raise\n        finally",
            "            raise\n        finally",
            "test_a_worker_that_dies_costs_only_the_task_it_ran",
        ),
        (
            "a task is tried twice",
            "            if self._closing:\n",
            "            if True:\n",
            "test_a_task_whose_worker_died_is_tried_once_more",
        ),
    ),
    *lines(
        "datasets/registration.py",
        "tests/unit/jobs/test_jobs_planted.py",
        (
            "documents beside a dataset are granted and not their folder",
            "facts_in, documents, documents",
            "facts_in, [folder], documents",
            "test_planted_code_reaches_nothing_beside_its_own_input",
        ),
    ),
)
