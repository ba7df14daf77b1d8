"""What a person meets on the command line: help, mistakes, and exit codes that tell one from the other."""
import json
import unittest

from harness import FolderTest, main, run

BROKEN = '{ "zone": "broken.example",\n  "records": { "@": { "NS": "ns1" }, "ns1": { "A": "192.0.2.300" } } }'


class CommandLine(FolderTest):
    def assert_one_line(self, text: str, *parts: str) -> None:
        self.assertEqual(len(text.strip().splitlines()), 1, text)
        for part in parts:
            self.assertIn(part, text)

    def test_version(self):
        done = run("--version")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"^loadstar \d+\.\d+\.\d+\n$")

    def test_help_names_every_command(self):
        done = run("--help")
        self.assertEqual(done.returncode, 0)
        for command in ("dns", "check", "explain"):
            self.assertIn(command, done.stdout)

    def test_help_of_each_command(self):
        for command, flag in (("dns", "--listen"), ("check", "--json"), ("explain", "--client")):
            done = run(command, "--help")
            self.assertEqual(done.returncode, 0)
            self.assertIn(flag, done.stdout)

    def test_a_wrong_command_line_is_exit_code_2_and_one_line(self):
        for arguments in ([], ["fly"], ["dns", "--nonsense"], ["dns"], ["dns", "--zones", "z", "--listen", "nowhere"],
                          ["dns", "--zones", "z", "--workers", "0"], ["dns", "--zones", "z", "--log-level", "loud"],
                          ["explain", "www.example.com"], ["explain", "www.example.com", "--client", "192.0.2.1"]):
            with self.subTest(arguments=arguments):
                done = run(*arguments)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assert_one_line(done.stderr, "loadstar: ")
                self.assertEqual(done.stdout, "")

    def test_check_is_silent_about_good_files(self):
        done = run("check", str(self.zones))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertIn("1 zone checked, 0 errors", done.stderr)

    def test_check_names_every_mistake_with_its_place(self):
        self.write("broken.json", BROKEN)
        self.write("worse.json", '{ "zone": "worse.example", "recrods": {} }')
        done = run("check", str(self.zones))
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{self.zones}/broken.json:2:", done.stdout)
        self.assertIn("192.0.2.300", done.stdout)
        self.assertIn("recrods", done.stdout)

    def test_check_as_json(self):
        self.write("broken.json", BROKEN)
        done = run("check", "--json", str(self.zones))
        self.assertEqual(done.returncode, 1)
        mistakes = json.loads(done.stdout)
        self.assertEqual(mistakes[0]["severity"], "error")
        self.assertEqual(mistakes[0]["line"], 2)

    def test_check_of_what_is_not_there(self):
        done = run("check", str(self.folder / "nowhere"))
        self.assertEqual(done.returncode, 1)
        self.assert_one_line(done.stdout, "nowhere")

    def test_check_of_a_configuration(self):
        config = self.folder / "dns.json"
        config.write_text('{ "zones": ["zones"] }')
        self.assertEqual(run("check", "--config", str(config)).returncode, 0)
        config.write_text('{ "zones": ["zones"], "wrokers": 2 }')
        done = run("check", "--config", str(config))
        self.assertEqual(done.returncode, 1)
        self.assert_one_line(done.stdout, "dns.json:1:", "wrokers")

    def test_explain_from_files(self):
        self.write("geo.json", {
            "zone": "geo.example",
            "pools": {"near": {"endpoints": [{"id": "n", "a": "192.0.2.7"}]}, "far": {"endpoints": [{"a": "192.0.2.8"}]}},
            "policies": {"www": {"rules": [{"name": "office", "match": {"cidrs": ["203.0.113.0/24"]}, "pools": ["near"]},
                                           {"name": "world", "pools": ["far"]}]}},
            "records": {"@": {"NS": "ns1"}, "ns1": {"A": "192.0.2.53"}, "www": {"steer": "www"}}})
        done = run("explain", "www.geo.example", "--client", "203.0.113.9", "--zones", str(self.zones))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("office", done.stdout)
        self.assertIn("192.0.2.7", done.stdout)
        self.assertNotIn("192.0.2.8", done.stdout)
        done = run("explain", "www.geo.example", "--client", "198.51.100.0/24", "--zones", str(self.zones), "--json")
        self.assertEqual(json.loads(done.stdout)["answer"], ["192.0.2.8"])

    def test_explain_says_what_is_wrong_with_the_question(self):
        for arguments, word in ((["www.example.com", "NOTYPE", "--client", "192.0.2.1"], "NOTYPE"),
                                (["a..b", "--client", "192.0.2.1"], "a..b"),
                                (["www.example.com", "--client", "somewhere"], "somewhere")):
            with self.subTest(arguments=arguments):
                done = run("explain", *arguments, "--zones", str(self.zones))
                self.assertEqual(done.returncode, 1)
                self.assert_one_line(done.stderr, "loadstar: ", word)

    def test_explain_without_a_server(self):
        done = run("explain", "www.example.com", "--client", "192.0.2.1", "--server", "http://127.0.0.1:1")
        self.assertEqual(done.returncode, 1)
        self.assert_one_line(done.stderr, "loadstar: cannot ask http://127.0.0.1:1: ")


if __name__ == "__main__":
    main()
