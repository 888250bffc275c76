using System.Globalization;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Clients;

/// <summary>The command line at a terminal where a person types.</summary>
public sealed class CliTerminalTests
{
    private const string Set = "secronna secret set demo/development TYPED";
    private const string Prompt = "Value of TYPED (not shown; press Enter to finish): ";

    // Prints the settings of the terminal after the command.
    private const string ThenTheTerminal = "; echo ended $?; stty -a";

    [Fact]
    public async Task A_typed_value_is_not_shown_and_arrives_as_it_was_edited()
    {
        await using var dev = await DevServer.StartAsync();
        await using var terminal = dev.Cli.StartTerminal(Set + ThenTheTerminal);
        await terminal.TypeAsync(Prompt, "wrong\u0015canaryé\u007f\u007fy é😀x\u007f\t$'\"" + Terminal.Enter);
        var ended = await terminal.EndAsync();
        Assert.Contains("TYPED version 1", ended.Screen, StringComparison.Ordinal);
        Assert.DoesNotContain("canar", ended.Screen, StringComparison.Ordinal);
        AssertIsUsual(ended.Screen, 0);
        Assert.Equal("canary é😀\t$'\"", await GetAsync(dev.Cli));
    }

    [Fact]
    public async Task Input_that_was_typed_before_the_prompt_is_not_part_of_the_value()
    {
        await using var dev = await DevServer.StartAsync();
        await using var terminal = dev.Cli.StartTerminal($"echo begun; until [ -e seen ]; do sleep 0.05; done; {Set}");
        await terminal.TypeAsync("begun", "early" + Terminal.Enter);
        await Until.HoldsAsync("the shell's echo", () => terminal.Screen.Contains("early", StringComparison.Ordinal));
        await File.WriteAllBytesAsync(dev.Folder["seen"], []);
        await terminal.TypeAsync(Prompt, "typed" + Terminal.Enter);
        await terminal.EndAsync();
        Assert.Equal("typed", await GetAsync(dev.Cli));
    }

    [Theory]
    [InlineData("canary" + Terminal.CtrlC)]
    [InlineData("\u0004")]
    [InlineData(Terminal.Enter)]
    public async Task A_person_who_gives_up_writes_nothing(string keys)
    {
        await using var dev = await DevServer.StartAsync();
        await using var terminal = dev.Cli.StartTerminal(Set + ThenTheTerminal);
        await terminal.TypeAsync(Prompt, keys);
        var ended = await terminal.EndAsync();
        AssertIsUsual(ended.Screen, 1);
        Assert.DoesNotContain("canary", ended.Screen, StringComparison.Ordinal);
        await AssertNothingIsWrittenAsync(dev.Cli);
    }

    [Theory]
    [InlineData("one\rtouch pwned\r", "more than one line")]
    [InlineData("a\u001b[D\r", "for example an arrow key")]
    public async Task Input_that_is_not_one_line_of_text_is_refused_and_no_shell_runs_the_rest(string keys, string said)
    {
        await using var dev = await DevServer.StartAsync();
        await using var terminal = dev.Cli.StartTerminal($"{Set}; sh -i");
        await terminal.TypeAsync(Prompt, keys);
        await terminal.TypeAsync(said, "exit\r");
        await terminal.EndAsync();
        Assert.False(File.Exists(dev.Folder["pwned"]));
        await AssertNothingIsWrittenAsync(dev.Cli);
    }

    [Fact]
    public async Task A_signal_that_ends_the_program_leaves_the_terminal_as_before()
    {
        await using var dev = await DevServer.StartAsync();
        await using var terminal = dev.Cli.StartTerminal($"sh -c 'echo pid=$$=; exec {Set}'{ThenTheTerminal}");
        await terminal.TypeAsync(Prompt, "canary");
        ServerProgram.Signal(int.Parse(terminal.Screen.Split('=')[1], CultureInfo.InvariantCulture), ServerProgram.Terminate);
        AssertIsUsual((await terminal.EndAsync()).Screen, 143);
        await AssertNothingIsWrittenAsync(dev.Cli);
    }

    [Fact]
    public async Task A_typed_API_key_is_not_shown()
    {
        await using var dev = await DevServer.StartAsync();
        var key = dev.Cli.Variables["SECRONNA_TOKEN"];
        dev.Cli.Variables["SECRONNA_TOKEN"] = "";
        await using var terminal = dev.Cli.StartTerminal("secronna auth login --api-key -" + ThenTheTerminal);
        await terminal.TypeAsync("Key (not shown; press Enter to finish): ", key + Terminal.Enter);
        var ended = await terminal.EndAsync();
        Assert.Contains("Signed in to", ended.Screen, StringComparison.Ordinal);
        Assert.DoesNotContain(key[8..], ended.Screen, StringComparison.Ordinal);
        AssertIsUsual(ended.Screen, 0);
    }

    [Fact]
    public async Task Ctrl_C_reaches_the_program_that_run_started()
    {
        await using var dev = await DevServer.StartAsync();
        // The shell gets Ctrl-C too, and must survive it to print the exit code.
        await using var terminal = dev.Cli.StartTerminal(
            "trap : INT; secronna run --env demo/development -- sh -c 'trap \"echo caught \\$GREETING; exit 9\" INT; echo begun; while :; do sleep 0.05; done'; echo ended $?");
        await terminal.TypeAsync("begun", Terminal.CtrlC);
        var ended = await terminal.EndAsync();
        Assert.Contains("caught Hello from Secronna", ended.Screen, StringComparison.Ordinal);
        Assert.Contains("ended 9", ended.Screen, StringComparison.Ordinal);
    }

    // The settings that a shell gives its terminal.
    private static void AssertIsUsual(string screen, int exitCode)
    {
        Assert.Contains($"ended {exitCode}\r\n", screen, StringComparison.Ordinal);
        Assert.All([" echo ", " icanon ", " isig ", " icrnl ", "opost "], flag => Assert.Contains(flag, screen.ReplaceLineEndings(" "), StringComparison.Ordinal));
    }

    private static async Task AssertNothingIsWrittenAsync(CommandLine cli) => Assert.Contains(
        "NOT_FOUND", (await cli.RunAsync("", "get", "demo/development/TYPED")).Error, StringComparison.Ordinal);

    private static async Task<string> GetAsync(CommandLine cli) => (await cli.RunAsync("", "get", "demo/development/TYPED")).Out;
}
