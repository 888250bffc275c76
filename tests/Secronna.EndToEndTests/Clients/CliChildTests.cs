using Secronna.EndToEndTests.Running;
using Secronna.EndToEndTests.Scanning;

namespace Secronna.EndToEndTests.Clients;

/// <summary>The program that <c>run</c> starts: its variables, signals, files, terminal and exit code.</summary>
public sealed class CliChildTests
{
    private const string Environment = "demo/development";

    [Theory]
    [InlineData(7, "sh", "-c", "exit 7")]
    [InlineData(127, "no-such-command")]
    [InlineData(126, "/etc/passwd")]
    [InlineData(137, "sh", "-c", "kill -9 $$")]
    public async Task Run_exits_as_its_program_does(int code, params string[] command)
    {
        await using var dev = await DevServer.StartAsync();
        Assert.Equal(code, (await dev.Cli.RunAsync("", ["run", "--env", Environment, "--", .. command])).ExitCode);
    }

    // Every user can read the command line of a process. Only its own user can read its variables.
    [Fact]
    public async Task A_program_gets_values_in_its_variables_and_never_in_its_command_line()
    {
        await using var dev = await DevServer.StartAsync();
        var value = Canary.Plain();
        var needles = new NeedleSet();
        needles.Add("value", value);
        await dev.Cli.RunAsync(value, "secret", "set", Environment, "K");
        using var process = dev.Cli.Start("run", "--env", Environment, "--", "sh", "-c", "echo begun; read line; exit 3");
        Assert.Equal("begun", await process.StandardOutput.ReadLineAsync().WaitAsync(Until.Patience));

        var hits = new List<Hit>();
        needles.Find(await File.ReadAllBytesAsync($"/proc/{process.Id}/cmdline"), 0, hits);
        Assert.Empty(hits);
        needles.Find(await File.ReadAllBytesAsync($"/proc/{process.Id}/environ"), 0, hits);
        Assert.NotEmpty(hits);

        // The process has become the program: no process of secronna waits beside it.
        Assert.StartsWith("sh", await File.ReadAllTextAsync($"/proc/{process.Id}/comm"), StringComparison.Ordinal);
        process.StandardInput.Close();
        await process.WaitForExitAsync().WaitAsync(Until.Patience);
        Assert.Equal(3, process.ExitCode);
    }

    [Theory]
    [InlineData(15)]
    [InlineData(2)]
    [InlineData(1)]
    public async Task A_signal_reaches_the_program(int signal)
    {
        await using var dev = await DevServer.StartAsync();
        using var process = dev.Cli.Start(
            "run", "--env", Environment, "--", "sh", "-c", $"trap 'echo caught; exit 9' {signal}; echo begun; while :; do sleep 0.05; done");
        Assert.Equal("begun", await process.StandardOutput.ReadLineAsync().WaitAsync(Until.Patience));
        ServerProgram.Signal(process.Id, signal);
        Assert.Equal("caught", await process.StandardOutput.ReadLineAsync().WaitAsync(Until.Patience));
        await process.WaitForExitAsync().WaitAsync(Until.Patience);
        Assert.Equal(9, process.ExitCode);
    }

    [Fact]
    public async Task A_program_finds_signals_files_limits_and_terminal_as_without_secronna()
    {
        await using var dev = await DevServer.StartAsync();
        // The caller sets an open file, ignored signals and a soft limit, which the program must inherit. The tests themselves ignore SIGPIPE.
        const string Caller = """ulimit -Sn 200; trap '' HUP USR1; exec 7<"$HOME"; exec "$@" """;
        var state = "grep -E 'Sig(Blk|Ign|Cgt)' /proc/self/status; ls /proc/self/fd; nice" + (ClientProgram.IsNative ? "; ulimit -Sn" : "");
        string[] command = ["bash", "-c", state], caller = ["env", "--default-signal=PIPE", "bash", "-c", Caller, "_"];
        string[] run = [ClientProgram.CommandLine, "run", "--env", Environment, "--"];
        Assert.Equal(await AloneAsync(dev, [.. caller, .. command]), await AloneAsync(dev, [.. caller, .. run, .. command]));
        Assert.Equal(await dev.Cli.ShowAsync("stty -a"), await dev.Cli.ShowAsync($"{string.Join(' ', run)} stty -a"));
    }

    [Fact]
    public async Task A_program_that_writes_to_a_closed_pipe_ends_by_SIGPIPE()
    {
        await using var dev = await DevServer.StartAsync();
        // If SIGPIPE were ignored, yes would print an error instead.
        var ended = await dev.Cli.RunAsync("", "run", "--env", Environment, "--", "bash", "-c", "yes | head -1; echo ${PIPESTATUS[0]}");
        Assert.Equal(("y\n141\n", ""), (ended.Out, ended.Error));
    }

    private static Task<Ended> AloneAsync(DevServer dev, string[] command) =>
        ClientProgram.RunAsync("/usr/bin/env", dev.Folder.Path, dev.Cli.Variables, "", command);
}
