using System.Diagnostics;

namespace Secronna.EndToEndTests.Running;

/// <summary>The command line in a folder, for whoever has these variables: it knows no server or credential but by them.</summary>
internal sealed class CommandLine(string folder, Dictionary<string, string> variables)
{
    /// <summary>For whoever has a credential for a server, and the folder as their home.</summary>
    public CommandLine(string folder, string url, string token)
        : this(folder, new() { ["SECRONNA_API_URL"] = url, ["SECRONNA_TOKEN"] = token, ["HOME"] = folder })
    {
    }

    public Dictionary<string, string> Variables { get; } = variables;

    /// <summary>Runs a command to its end, with this on its standard input.</summary>
    public Task<Ended> RunAsync(string input, params string[] arguments) =>
        ClientProgram.RunAsync(ClientProgram.CommandLine, folder, Variables, input, arguments);

    /// <summary>Runs a command that must succeed; what it printed.</summary>
    public async Task<string> DoAsync(params string[] arguments)
    {
        var ended = await RunAsync("", arguments);
        Assert.True(ended.ExitCode == 0, ended.Error);
        return ended.Out;
    }

    /// <summary>Starts a command, whose pipes and end are the caller's.</summary>
    public Process Start(params string[] arguments) => ClientProgram.Start(ClientProgram.CommandLine, folder, Variables, arguments);

    /// <summary>Starts a shell's command at a terminal.</summary>
    public Terminal StartTerminal(string command) => Terminal.Start(folder, Variables, command);

    /// <summary>Runs a shell's command at a terminal to its end; what was shown.</summary>
    public async Task<string> ShowAsync(string command)
    {
        await using var terminal = StartTerminal(command);
        return (await terminal.EndAsync()).Screen;
    }
}
