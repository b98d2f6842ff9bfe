#!/usr/bin/env python3
"""What of a page is a command, output or a change of the configuration, and which printed output is the shown one."""
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
from page import changed_configuration, matches, read_page  # noqa: E402


def steps(text: str):
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.md"
        page.write_text(text, encoding="utf-8")
        return read_page(page)


class Pages(unittest.TestCase):
    def test_a_command_ends_where_bash_would_run_it(self):
        found = steps("```console\n$ a |\n  b 'c\n  d' \\\n  e\nout\n$ cat <<END\nx\nEND\n```\n")
        self.assertEqual([step.text for step in found], ["a |\n  b 'c\n  d' \\\n  e", "cat <<END\nx\nEND"])
        self.assertEqual([step.output for step in found], ["out\n", ""])

    def test_a_block_after_a_console_block_is_its_output(self):
        found = steps("```console\n$ a\n```\n\n```json\n{}\n```\n\ntext\n\n```json\n{\"an\": \"example\"}\n```\n")
        self.assertEqual([step.output for step in found], ["{}"])

    def test_a_block_in_a_list_is_read_without_its_indentation(self):
        found = steps("1. Do:\n\n   ```console\n   $ a\n   b\n   ```\n")
        self.assertEqual([(step.text, step.output, step.line) for step in found], [("a", "b\n", 4)])

    def test_a_step_knows_its_section_and_its_database(self):
        found = steps("## 1. One\nSQLite:\n\n```console\n$ a\n```\n\nPostgreSQL:\n\n```console\n$ b\n```\n## 2. Two\n```console\n$ c\n```\n")
        self.assertEqual([(step.text, step.section, step.database) for step in found],
                         [("a", "1. One", "SQLite"), ("b", "1. One", "PostgreSQL"), ("c", "2. Two", None)])

    def test_a_block_that_would_be_left_out_is_an_error(self):
        with self.assertRaisesRegex(ValueError, "line 1: a block of 'bash' is neither run nor compared"):
            steps("```bash\nrm file\n```\n")
        with self.assertRaisesRegex(ValueError, "line 2: output without a command"):
            steps("```console\nrm file\n```\n")


class Output(unittest.TestCase):
    def test_other_values_of_the_same_kind_match(self):
        shown = '{"id":"9f1f8898-f3ad-4f2c-b4a7-c885c2c73a02","createdAt":"2026-11-22T14:12:01.244Z","keyCheckValue":"ADBEE1"}'
        printed = '{"id":"00000000-0000-4000-8000-000000000000","createdAt":"2031-01-01T00:00:00.000Z", "keyCheckValue": "000000"}'
        self.assertTrue(matches(shown, printed))

    def test_values_of_another_kind_do_not(self):
        self.assertFalse(matches('"keyCheckValue":"ADBEE1"', '"keyCheckValue":null'))
        self.assertFalse(matches('"keyCheckValue":"ADBEE1"', '"keyCheckValue":"ADBEE1FF"'))
        self.assertFalse(matches('"publicKeySha256":"' + 64 * "a" + '"', '"publicKeySha256":"' + 63 * "a" + '"'))

    def test_a_decrypted_text_matches_exactly(self):
        self.assertTrue(matches('{"success":true,"output":"aGVsbG8="}', '{"success":true,"output":"aGVsbG8="}'))
        self.assertFalse(matches('{"success":true,"output":"aGVsbG8="}', '{"success":true,"output":"aGVsbG9="}'))

    def test_dots_match_any_text_and_the_rest_matches_exactly(self):
        self.assertTrue(matches("production: ok\n…\nstaging: ok", "production: ok\n  a\n  b\nstaging: ok\n"))
        self.assertFalse(matches("production: ok\n…\nstaging: ok", "production: ok\n  a\n  b\nstaging: failed\n"))
        self.assertFalse(matches("a (b)", "a b"))

    def test_where_nothing_is_shown_nothing_may_be_printed(self):
        self.assertTrue(matches("", "\n"))
        self.assertFalse(matches("", '{"error":"not_found"}'))


class Configuration(unittest.TestCase):
    before = '[http]\nport = 1 # why\n\n[[environment]]\nname = "a"\nsessions = 1\n\n[[environment]]\nname = "b"\nsessions = 1\n'

    def test_a_setting_of_a_table_is_replaced(self):
        self.assertEqual(changed_configuration(self.before, "[http]\nport = 2\n"), self.before.replace("port = 1 # why", "port = 2"))

    def test_a_setting_that_a_table_does_not_have_is_added(self):
        self.assertEqual(changed_configuration(self.before, "[http]\nmax = 2\n"), self.before.replace("why\n", "why\nmax = 2\n"))

    def test_environments_are_told_apart_by_their_names(self):
        self.assertEqual(changed_configuration(self.before, '[[environment]]\nname = "b"\nsessions = 2\n'),
                         self.before[:-2] + "2\n")
        self.assertEqual(changed_configuration(self.before, '[[environment]]\nname = "c"\n'),
                         self.before + '\n[[environment]]\nname = "c"\n')


unittest.main()
