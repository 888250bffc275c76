using System.Text;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Clients;

/// <summary>The command line against servers that are slow, break off, send rubbish or are malicious.</summary>
[FlawClass("client leak")]
public sealed class CliHostileServerTests : IDisposable
{
    private const string Token = "st_live_canarycanarycanarycanarycanarycanary";
    private const string Head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

    private const string Good =
        """{"data":{"revision":"1","secrets":[{"id":"sec_1","key":"A","version":1,"value":"canary"}],"unrecoverable":[]},"error":null,"meta":{"requestId":"req_1","timestamp":"2026-01-01T00:00:00Z"}}""";

    private readonly TemporaryFolder folder = new();

    /// <summary>Texts that a server sends instead of a valid answer.</summary>
    public static TheoryData<string> Rubbish =>
    [
        "",
        "\0\0\0\0",
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/1.1 200 OK\r\n",
        Head + "Content-Length: 5\r\n\r\n{}",
        Head + $"Content-Length: {Good.Length}\r\n\r\n{Good[..^40]}",
        Head + "Transfer-Encoding: chunked\r\n\r\nffffffffff\r\n{",
        Head + "Content-Length: 2\r\n\r\n{}",
        Head + "Content-Length: 4\r\n\r\nnull",
        Head + "Content-Length: 13\r\n\r\n<html></html>",
        Head + "Content-Length: 28\r\n\r\n{\"data\":{\"secrets\":\"canary\"}}",
        Head + "Content-Length: 99999999999\r\n\r\n{}",
        "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 4\r\n\r\nnope",
        "HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 304 Not Modified\r\n\r\n",
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 401 No\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\nsorry\n",
    ];

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Rubbish))]
    public async Task An_invalid_answer_to_run_is_an_error_and_the_program_is_not_started(string said)
    {
        await using var server = RawServer.Saying(said);
        var ended = await RunAsync(server, "run", "--env", "web/production", "--", "sh", "-c", "echo ran");
        AssertFailed(ended);
        Assert.Matches(@"\AError \[[A-Z_]+\]: ", ended.Error);
    }

    [Theory]
    [InlineData("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 4\r\n\r\nnope", "UNAVAILABLE")]
    [InlineData("HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\n[]", "UNAVAILABLE")]
    [InlineData("HTTP/1.1 404 No\r\nContent-Length: 54\r\n\r\n{\"error\":{\"code\":null,\"message\":\"x\"},\"meta\":{\"a\":\"b\"}}", "UNAVAILABLE")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", "VALIDATION_ERROR")]
    public async Task The_api_command_reports_an_answer_that_no_Secronna_server_gave(string said, string code)
    {
        await using var server = RawServer.Saying(said);
        var ended = await RunAsync(server, "api", "GET", "/me");
        Assert.Equal(1, ended.ExitCode);
        Assert.StartsWith($"Error [{code}]: ", ended.Error, StringComparison.Ordinal);
    }

    // This answer is complete. It shows that the answers above are refused only for their faults.
    [Fact]
    public async Task A_good_answer_is_accepted_however_slowly_it_arrives()
    {
        await using var server = new RawServer(async (stream, _, over) =>
        {
            foreach (var part in (Head + $"Content-Length: {Good.Length}\r\n\r\n{Good}").Chunk(7))
            {
                await stream.WriteAsync(Encoding.Latin1.GetBytes(part), over);
                await stream.FlushAsync(over);
                await Until.HasPassedAsync(TimeSpan.FromMilliseconds(20));
            }
        });
        var ended = await RunAsync(server, "run", "--env", "web/production", "--", "sh", "-c", "printf %s \"$A\"");
        Assert.Equal((0, "canary"), (ended.ExitCode, ended.Out));
    }

    [Fact]
    public async Task A_server_message_can_not_control_the_terminal()
    {
        const string Body = """{"data":null,"error":{"code":"FORBIDDEN\u001b[31m\n","message":"\u001b]0;title\u0007\u001b[2J\nError: fine\r"},"meta":{"requestId":"req_1","timestamp":"2026-01-01T00:00:00Z"}}""";
        await using var server = RawServer.Saying($"HTTP/1.1 403 No\r\nContent-Type: application/json\r\nContent-Length: {Body.Length}\r\n\r\n{Body}");
        var ended = await RunAsync(server, "auth", "whoami");
        AssertFailed(ended);
        Assert.DoesNotContain(ended.Error, character => char.IsControl(character) && character != '\n');
        Assert.DoesNotContain("\nError", ended.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("st_live_x\ny")]
    [InlineData("st_live_x y")]
    [InlineData("st_live_é")]
    public async Task A_credential_that_can_not_be_a_token_is_refused_and_not_shown(string token)
    {
        await using var server = RawServer.Saying("");
        var ended = await new CommandLine(folder.Path, server.Url, token).RunAsync("", "auth", "whoami");
        AssertFailed(ended);
        Assert.Contains("the credential has characters that a token can't have", ended.Error, StringComparison.Ordinal);
        Assert.Empty(server.Asked);
    }

    [Fact]
    public async Task A_list_that_never_ends_is_an_error()
    {
        const string Page = """{"data":[],"error":null,"meta":{"requestId":"req_1","timestamp":"2026-01-01T00:00:00Z","cursor":"again","hasMore":true}}""";
        await using var server = RawServer.Saying($"{Head}Content-Length: {Page.Length}\r\n\r\n{Page}");
        AssertFailed(await RunAsync(server, "project", "ls"));
        Assert.InRange(server.Asked.Count, 1, 10);
    }

    // A malicious server can send keys that a Secronna server would refuse.
    [Theory]
    [InlineData("A=B")]
    [InlineData("PATH")]
    [InlineData("LD_PRELOAD")]
    [InlineData("A\\u0000B")]
    [InlineData("")]
    [InlineData("$(touch pwned)")]
    [InlineData("A;touch pwned;")]
    [InlineData("A\\ntouch pwned")]
    public async Task A_key_that_no_Secronna_server_allows_does_no_harm(string key)
    {
        var body = Good.Replace("\"A\"", $"\"{key}\"", StringComparison.Ordinal);
        await using var server = RawServer.Saying($"{Head}Content-Length: {body.Length}\r\n\r\n{body}");
        foreach (var format in new[] { "shell", "docker", "dotenv" })
        {
            var export = await RunAsync(server, "export", "--env", "web/production", "--format", format);
            await File.WriteAllTextAsync(folder["export"], export.Out);
            var sourced = await ClientProgram.RunAsync("/bin/sh", folder.Path, [], "", "-c", ". ./export 2>/dev/null; true");
            Assert.Equal("", sourced.Out);
        }

        Assert.DoesNotContain("pwned", string.Join(' ', Directory.GetFiles(folder.Path)), StringComparison.Ordinal);
        var ran = await RunAsync(server, "run", "--env", "web/production", "--", "/bin/sh", "-c", "test \"$PATH\" != canary && test -z \"$LD_PRELOAD\"");
        Assert.True(ran.ExitCode == 0 || ran.Error.StartsWith("Error", StringComparison.Ordinal), ran.Error);
    }

    private static void AssertFailed(Ended ended)
    {
        Assert.Equal((1, ""), (ended.ExitCode, ended.Out));
        Assert.DoesNotContain("canary", ended.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", ended.Error, StringComparison.Ordinal);
    }

    private Task<Ended> RunAsync(RawServer server, params string[] arguments) =>
        new CommandLine(folder.Path, server.Url, Token).RunAsync("", arguments);
}
