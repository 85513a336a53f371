"""What keeps readers of containers from doing harm."""

from __future__ import annotations

from edit import Edit, lines

CELLED = "tests/unit/datasets/test_datasets_celled.py"
CONTRACT = "tests/contracts/test_containers.py"

LINES: tuple[Edit, ...] = (
    *lines(
        "datasets/celled.py",
        CELLED,
        (
            "an erasure's cell writes to its own folder alone",
            "written, doomed, work, write=(work,), kind=Written)",
            "written, doomed, work, write=(work.parent,), kind=Written)",
            "test_an_erasure_writes_to_nothing_but_its_own_folder",
        ),
        (
            "a reader gets its own files alone",
            "return Grants(there(self.path, *self._reader.beside(), *read), write)",
            "return Grants(there(self.path.parent, *read), write)",
            "test_a_reader_reaches_nothing_but_its_own_file",
        ),
        (
            "a container is read in a cell",
            "first, (BATCH_ENTRIES, 1), with_bytes)",
            "first, (BATCH_ENTRIES,), with_bytes)",
            "test_what_ends_a_reader_is_told_and_all_items_before_it_are_listed",
        ),
        (
            "files named by a cell are those of the container",
            "if not allowed.issuperset(done.files):",
            "if False:",
            "test_files_that_an_erasure_names_and_may_not_are_not_swapped",
        ),
        (
            "bytes that a cell gives are those that were asked for",
            "if sha256_hex(data) != digest:",
            "if not data:",
            "test_bytes_that_are_not_those_that_were_asked_for_are_no_item",
        ),
        (
            "names that a cell gives are made safe",
            "member=safe_address(listed.member),",
            "member=listed.member,",
            "test_a_name_that_a_reader_did_not_make_safe_is_made_safe_all_the_same",
        ),
        (
            "a file that vanished is an error of ours",
            "            return of_files()\n        except OSError as error:",
            "            return of_files()\n        except TimeoutError as error:",
            "test_a_file_that_vanished_is_an_error_that_names_it",
        ),
    ),
    *lines(
        "datasets/registry.py",
        CELLED,
        (
            "a file that ends the look is looked at alone",
            "        found = surveyed(path, base, _in_a_cell, above)\n",
            "        raise\n",
            "test_a_file_that_ends_the_look_at_a_folder_is_named_and_the_others_are_read",
        ),
    ),
    *lines(
        "datasets/erasing.py",
        CELLED,
        (
            "what takes a container's place is one ordinary file",
            "if not stat.S_ISREG(state.st_mode) or state.st_nlink != 1:",
            "if not stat.S_ISREG(state.st_mode):",
            "test_a_file_that_has_a_second_name_takes_no_place",
        ),
    ),
    *lines(
        "datasets/erasing.py",
        CONTRACT,
        (
            "what another program wrote meanwhile stays",
            "                    raise ChangedMeanwhile(name=name)\n",
            "                    pass\n",
            "test_another_program_that_writes_meanwhile_is_not_overwritten",
        ),
        (
            "the new container is compared in count",
            "    if there.count != resolution.kept:\n",
            "    if False:\n",
            "test_a_new_container_that_is_not_as_it_should_be_is_thrown_away",
        ),
        (
            "the folder of an erasure goes with it",
            "        shutil.rmtree(work)\n",
            "        pass\n",
            f"{CELLED}::test_an_erasure_that_ends_early_leaves_the_old_file_and_nothing_beside_it",
        ),
    ),
    *lines(
        "datasets/walking.py",
        "tests/unit/datasets/test_datasets_folder.py",
        (
            "folders of unfinished erasures hold no items",
            "        elif is_unfinished(child.name):\n            if child.is_dir():\n",
            "        elif not child.name:\n            if child.is_dir():\n",
            "test_leftovers_of_a_killed_run_are_no_items_and_go_with_the_next_run",
        ),
    ),
    *lines(
        "search/index/listing.py",
        "tests/unit/search/index/test_search_planted.py",
        (
            "a container that could not be read is named in the index",
            "except (ContainerDamaged, ContainerNotRead) as error:",
            "except ContainerDamaged as error:",
            "test_what_a_reader_says_of_an_end_is_what_the_ledger_says",
        ),
    ),
)
