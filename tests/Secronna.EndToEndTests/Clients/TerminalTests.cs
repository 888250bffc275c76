using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Clients;

/// <summary>What a terminal gets and a pipe does not, and what a command that `run` starts finds as it was.</summary>
public sealed class TerminalTests : IAsyncLifetime
{
    private const string Compare = "env diff demo/development web/production";

    private readonly TempFolder folder = new();
    private Dictionary<string, string> variables = [];
    private RunningServer? server;

    public async ValueTask InitializeAsync()
    {
        server = await RunningServer.StartAsync(folder.Path, [], "dev", "--data", folder["D"], "--port", "0");
        variables = await ClientProgram.VariablesAsync(folder["D"]);
        (variables["HOME"], variables["TERM"], variables["NO_COLOR"]) = (folder.Path, "xterm", "");
        await RunAsync("", ClientProgram.CommandLine, "project", "create", "Web");
        await RunAsync("", ClientProgram.CommandLine, "env", "create", "web", "Production");
    }

    public async ValueTask DisposeAsync()
    {
        await server!.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_terminal_gets_colours()
    {
        Assert.Matches(@"\e\[1mKEY +\e\[0m  \e\[1mRESULT *\e\[0m\r\nGREETING +\e\[31monly_here\e\[0m\r\n", await AtTerminalAsync(Compare));
        Assert.Contains("\e[1;31mError\e[0m [NOT_FOUND]", await AtTerminalAsync("get demo/development/NOTHING"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NO_COLOR", "1", "")]
    [InlineData("TERM", "dumb", "")]
    [InlineData("TERM", "xterm", " --json")]
    [InlineData("TERM", "xterm", " >out 2>err; cat out err")]
    public async Task There_are_none_where_nobody_wants_them(string variable, string value, string more)
    {
        variables[variable] = value;
        foreach (var (arguments, shown) in new[] { (Compare, "GREETING"), ("get demo/development/NOTHING", "Error") })
        {
            var text = await AtTerminalAsync(arguments + more);
            Assert.Contains(shown, text, StringComparison.Ordinal);
            Assert.DoesNotMatch(@"\e\[[0-9;]*m", text);
        }
    }

    [Fact]
    public async Task A_command_finds_signals_files_limits_and_terminal_as_they_would_be_without_this_program()
    {
        // A file without close-on-exec, ignored signals, and a limit below the hard one are the caller's own; these tests ignore SIGPIPE.
        const string Caller = """ulimit -Sn 200; trap '' HUP USR1; exec 7<"$HOME"; exec "$@" """;
        var state = "grep -E 'Sig(Blk|Ign|Cgt)' /proc/self/status; ls /proc/self/fd; nice" + (ClientProgram.IsNative ? "; ulimit -Sn" : "");
        string[] command = ["bash", "-c", state], caller = ["env", "--default-signal=PIPE", "bash", "-c", Caller, "_"];
        string[] run = [ClientProgram.CommandLine, "run", "--env", "demo/development", "--"];
        Assert.Equal(await RunAsync("", [.. caller, .. command]), await RunAsync("", [.. caller, .. run, .. command]));
        Assert.Equal(await RunInTerminalAsync("stty -a"), await RunInTerminalAsync($"{string.Join(' ', run)} stty -a"));
    }

    private Task<string> AtTerminalAsync(string arguments) => RunInTerminalAsync($"{ClientProgram.CommandLine} {arguments}");

    private async Task<string> RunInTerminalAsync(string command) => (await RunAsync("", "script", "-qec", command, "/dev/null")).Out;

    private Task<Ended> RunAsync(string input, params string[] command) =>
        ClientProgram.RunAsync("/usr/bin/env", folder.Path, variables, input, command);
}
