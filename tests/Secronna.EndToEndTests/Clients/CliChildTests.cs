using Secronna.EndToEndTests.Running;
using Secronna.EndToEndTests.Scanning;

namespace Secronna.EndToEndTests.Clients;

/// <summary>What a command that <c>run</c> begins is given, and what becomes of it.</summary>
public sealed class CliChildTests
{
    private const string Environment = "demo/development";

    [Theory]
    [InlineData(7, "sh", "-c", "exit 7")]
    [InlineData(127, "no-such-command")]
    [InlineData(126, "/etc/passwd")]
    [InlineData(137, "sh", "-c", "kill -9 $$")]
    public async Task Run_ends_as_its_command_does(int code, params string[] command)
    {
        await using var dev = await DevServer.StartAsync();
        Assert.Equal(code, (await dev.Cli.RunAsync("", ["run", "--env", Environment, "--", .. command])).ExitCode);
    }

    // Every process can read every other one's command line; its variables only the same person.
    [Fact]
    public async Task A_child_has_values_among_its_variables_and_never_in_its_command_line()
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

        // This program is the command now: no process of ours waits beside it.
        Assert.StartsWith("sh", await File.ReadAllTextAsync($"/proc/{process.Id}/comm"), StringComparison.Ordinal);
        process.StandardInput.Close();
        await process.WaitForExitAsync().WaitAsync(Until.Patience);
        Assert.Equal(3, process.ExitCode);
    }

    [Theory]
    [InlineData(15)]
    [InlineData(2)]
    [InlineData(1)]
    public async Task A_signal_is_for_the_command(int signal)
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
    public async Task A_command_finds_signals_files_limits_and_terminal_as_they_would_be_without_this_program()
    {
        await using var dev = await DevServer.StartAsync();
        // A file without close-on-exec, ignored signals, and a limit below the hard one are the caller's own; these tests ignore SIGPIPE.
        const string Caller = """ulimit -Sn 200; trap '' HUP USR1; exec 7<"$HOME"; exec "$@" """;
        var state = "grep -E 'Sig(Blk|Ign|Cgt)' /proc/self/status; ls /proc/self/fd; nice" + (ClientProgram.IsNative ? "; ulimit -Sn" : "");
        string[] command = ["bash", "-c", state], caller = ["env", "--default-signal=PIPE", "bash", "-c", Caller, "_"];
        string[] run = [ClientProgram.CommandLine, "run", "--env", Environment, "--"];
        Assert.Equal(await AloneAsync(dev, [.. caller, .. command]), await AloneAsync(dev, [.. caller, .. run, .. command]));
        Assert.Equal(await dev.Cli.ShowAsync("stty -a"), await dev.Cli.ShowAsync($"{string.Join(' ', run)} stty -a"));
    }

    [Fact]
    public async Task A_command_that_stops_reading_ends_what_writes_to_it_as_ever()
    {
        await using var dev = await DevServer.StartAsync();
        // Where SIGPIPE is ignored, yes would complain instead.
        var ended = await dev.Cli.RunAsync("", "run", "--env", Environment, "--", "bash", "-c", "yes | head -1; echo ${PIPESTATUS[0]}");
        Assert.Equal(("y\n141\n", ""), (ended.Out, ended.Error));
    }

    private static Task<Ended> AloneAsync(DevServer dev, string[] command) =>
        ClientProgram.RunAsync("/usr/bin/env", dev.Folder.Path, dev.Cli.Variables, "", command);
}
