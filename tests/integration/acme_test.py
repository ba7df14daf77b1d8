"""Tokens of ACME challenges: on every node at once, until they expire or are taken away."""
import time

from harness import FolderTest, eventually, main, run

NAME = "_acme-challenge.www.example.com"


class Acme(FolderTest):
    def start(self, *arguments: str):
        return self.serve("--control", "127.0.0.1:0", *arguments)

    def acme(self, servers, *arguments: str):
        urls = [word for server in servers for word in ("--server", f"http://{server.listening('control')[0]}")]
        return run("acme", "www.example.com", *arguments, *urls)

    def test_tokens_come_and_go_on_all_nodes(self):
        with self.start() as one, self.start() as two:
            for token in ("token-1", "token-2"):
                done = self.acme([one, two], token)
                self.assertEqual(done.returncode, 0, done.stderr)
            for server in (one, two):
                eventually(lambda: sorted(server.short(NAME, "TXT")) == ['"token-1"', '"token-2"'], "both tokens")
                self.assertIn("flags: qr aa", server.ask(NAME, "TXT"))
            self.assertEqual(self.acme([one, two], "token-1", "--remove").returncode, 0)
            for server in (one, two):
                eventually(lambda: server.short(NAME, "TXT") == ['"token-2"'], "one is gone")

    def test_a_token_expires(self):
        with self.start() as server:
            self.assertEqual(self.acme([server], "token", "--expires", "1s", "--ttl", "5").returncode, 0)
            eventually(lambda: "status: NXDOMAIN" in server.ask(NAME, "TXT"), "the token expired")

    def test_a_reload_and_other_zones_keep_it(self):
        with self.start() as server:
            self.assertEqual(self.acme([server], "token").returncode, 0)
            self.write("example.json", self.zone_with("192.0.2.2"))
            eventually(lambda: server.short("www.example.com") == ["192.0.2.2"], "the zone was read again")
            self.assertEqual(server.short(NAME, "TXT"), ['"token"'])

    def test_a_restart_keeps_it_where_state_is_kept(self):
        config = self.folder / "dns.json"
        config.write_text('{ "state": "state" }')
        state = self.folder / "state"
        state.mkdir()
        state.chmod(0o777)  # for whoever the server becomes
        for arguments, kept in ((("--config", str(config)), ['"token"']), ((), [])):
            with self.start(*arguments) as server:
                self.assertEqual(self.acme([server], "token").returncode, 0)
                eventually(lambda: server.short(NAME, "TXT") == ['"token"'], "the token")
            with self.start(*arguments) as server:
                self.assertEqual(server.short(NAME, "TXT"), kept)

    def test_a_broken_line_of_the_state_is_told_and_left_out(self):
        config = self.folder / "dns.json"
        config.write_text('{ "state": "state" }')
        state = self.folder / "state"
        state.mkdir()
        state.chmod(0o777)
        later = int(time.time()) + 3600
        lines = [f"{NAME}. {'t' * 256} 10 {later}", f"a..b token 10 {later}", f"{NAME}. token ten {later}", f"{NAME}. good 10 {later}"]
        (state / "acme.txt").write_text("".join(f"{line}\n" for line in lines))
        with self.start("--config", str(config)) as server:
            self.assertEqual(server.short(NAME, "TXT"), ['"good"'])
            self.assertEqual(len([line for line in server.lines if "is not a challenge" in line]), 3)

    def test_what_cannot_be_published_is_said(self):
        with self.start() as server:
            url = f"http://{server.listening('control')[0]}"
            for words, message in ((("www.example.net", "token"), "is in no zone that is served here"),
                                   (("a..b", "token"), "has an empty label"),
                                   (("www.example.com", "with space"), "is not a token"),
                                   (("www.example.com", "token", "--expires", "30d"), 'a time of up to 7d'),
                                   (("www.example.com", "token", "--ttl", "-1"), "is not a TTL")):
                done = run("acme", *words, "--server", url)
                self.assertEqual(done.returncode, 1, words)
                self.assertIn(message, done.stderr)
            done = run("acme", "www.example.com", "token", "--server", "http://127.0.0.1:1", "--server", url)
            self.assertEqual(done.returncode, 1)
            self.assertIn("http://127.0.0.1:1: cannot ask", done.stderr)
            eventually(lambda: server.short(NAME, "TXT") == ['"token"'], "the other node has it")


if __name__ == "__main__":
    main()
