"""The safety lines of what is read whole: pictures of one file, texts of photos, documents, videos."""

from __future__ import annotations

from edit import Edit, lines

LINES: tuple[Edit, ...] = (
    *lines(
        "faces/frames.py",
        "tests/unit/faces/test_faces_frames.py",
        (
            "what is not looked at is told",
            "    if which.why:\n",
            "    if False:\n",
            "test_of_very_many_pictures_so_many_are_looked_at_and_the_rest_is_told",
        ),
        (
            "a broken picture is told",
            "        if found.pixels is None or found.problem is not None:\n",
            "        if False:\n",
            "test_a_broken_picture_is_told_and_those_behind_it_are_looked_at",
        ),
        (
            "a frame that shows somebody is not taken for the scene before",
            "SAME_FRAME, SAME_PREVIEW = 12.0, 24.0",
            "SAME_FRAME, SAME_PREVIEW = 250.0, 24.0",
            "test_a_small_face_that_comes_into_a_still_scene_is_found",
        ),
        (
            "a preview that shows more is looked at",
            "        elif not _alike(found.pixels, first):\n",
            "        elif False:\n",
            "test_a_preview_that_shows_what_was_cropped_away_is_looked_at",
        ),
        (
            "the picture shown first may lie anywhere",
            "    return number if number > primary else number - 1\n",
            "    return number\n",
            "test_a_heic_whose_first_picture_is_not_the_one_shown_is_looked_at_whole",
        ),
    ),
    *lines(
        "faces/texts.py",
        "tests/unit/faces/test_faces_texts.py",
        (
            "a text that cannot be read is told",
            "            unread.append(name)\n",
            "            pass\n",
            "test_a_text_that_cannot_be_read_is_told",
        ),
        (
            "a bomb of text is not unpacked",
            "    if unpacker.unconsumed_tail:\n",
            "    if False:\n",
            "test_a_bomb_of_text_is_not_unpacked_and_told",
        ),
    ),
    *lines(
        "faces/photo.py",
        "tests/unit/faces/test_faces_frames.py",
        (
            "what may lie on its side is told",
            "    if engine.turns or not faces or any(face.score >= SURELY_UPRIGHT for face in faces):\n",
            "    if True:\n",
            "test_a_photo_whose_only_face_may_lie_is_told_as_not_tried_turned",
        ),
    ),
    *lines(
        "search/search.py",
        "tests/unit/search/index/test_search_photo_texts.py",
        (
            "a box is of the picture that is shown first",
            "box=face.box if face and face.frame == 0 else None",
            "box=face.box if face else None",
            "test_faces_of_further_pictures_are_in_the_index_with_the_number_of_their_picture",
        ),
    ),
    *lines(
        "search/index/build.py",
        "tests/unit/search/index/test_search_photo_texts.py",
        (
            "photos of older programs are looked at again",
            "            if old and old[0] in in_part:\n",
            "            if False:\n",
            "test_photos_of_an_older_program_are_looked_at_again",
        ),
    ),
    *lines(
        "deletion/mask.py",
        "tests/unit/deletion/test_deletion_mask.py",
        (
            "no picture is dropped by masking another",
            "    if _shows_more(data, orientation, decoded.pixels):\n",
            "    if False:\n",
            "test_a_photo_of_a_phone_is_masked_where_its_second_picture_is_a_preview_of_it_and_refused_where_it_is_another",
        ),
    ),
    *lines(
        "datasets/office.py",
        "tests/unit/datasets/test_datasets_office.py",
        (
            "words of a document stay",
            "        if any(edit.new is None and not is_photo(edit.member) for edit in edits):\n",
            "        if False:\n",
            "test_what_is_written_in_a_document_is_not_taken_out_and_that_is_said_before",
        ),
    ),
    *lines(
        "datasets/pdf.py",
        "tests/unit/datasets/test_datasets_pdf.py",
        (
            "earlier revisions are named",
            "        if earlier > 0:\n",
            "        if False:\n",
            "test_earlier_revisions_are_named_and_go_when_the_file_is_written_anew",
        ),
        (
            "pictures on no page are named",
            '        elif "/Image" in kinds:\n',
            '        elif "/Nothing" in kinds:\n',
            "test_what_no_page_shows_is_named",
        ),
        (
            "a file with a password is not written without it",
            "            if pdf.is_encrypted:\n",
            "            if False:\n",
            "test_a_file_with_a_password_says_so_and_one_that_anybody_may_open_is_read_and_not_rewritten",
        ),
    ),
    *lines(
        "datasets/video.py",
        "tests/unit/datasets/test_datasets_video.py",
        (
            "what lies between key frames is named",
            "        if between := seen.frames - len(seen.keys):\n",
            "        if between := 0:\n",
            "test_key_frames_are_photos_by_their_time_and_what_lies_between_is_named[film.mp4]",
        ),
    ),
)
