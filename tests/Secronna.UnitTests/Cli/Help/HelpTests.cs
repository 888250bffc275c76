using System.CommandLine;
using System.CommandLine.Help;
using System.Text.RegularExpressions;
using Secronna.Cli;
using Secronna.Cli.Help;
using Secronna.UnitTests.Messages;
using Xunit;

namespace Secronna.UnitTests.Cli.Help;

/// <summary>Every command is described by its help and in docs/cli.md.</summary>
public sealed partial class HelpTests
{
    private static readonly RootCommand Root = CommandTree.Create();

    public static TheoryData<string> Commands => [.. Leaves(Root, "").Select(leaf => leaf.Path)];

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_command_has_examples_and_its_help_ends_with_them(string path)
    {
        var examples = CommandExamples.Of(Find(path));
        Assert.NotEmpty(examples);
        var help = Help(path);
        Assert.EndsWith($"Examples:\n{string.Concat(examples.Select(line => $"  {line}\n"))}\n", help, StringComparison.Ordinal);
        Assert.DoesNotContain("secronna " + path, help[..help.IndexOf("Usage:", StringComparison.Ordinal)], StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_example_is_a_command_line_of_its_command(string path)
    {
        foreach (var example in CommandExamples.Of(Find(path)))
        {
            var words = Redirection().Replace(example, "").Split(' ');
            Assert.Equal("secronna", words[0]);
            var parsed = CommandTree.Parse(words[1..]);
            Assert.Empty(parsed.Errors);
            Assert.Equal(path, string.Join(' ', Names(parsed.CommandResult)));
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_command_and_option_is_described_and_in_the_documentation(string path)
    {
        var page = File.ReadAllText(Path.Combine(LayoutTests.Root(), "docs", "cli.md"), System.Text.Encoding.UTF8);
        var command = Find(path);
        Assert.Contains($"`{path}", page, StringComparison.Ordinal);
        Assert.False(string.IsNullOrEmpty(command.Description));
        foreach (var option in command.Options)
        {
            Assert.False(string.IsNullOrEmpty(option.Description), option.Name);
            Assert.Matches($@"{Regex.Escape(option.Name)}\b", page);
        }

        Assert.All(command.Arguments, argument => Assert.False(string.IsNullOrEmpty(argument.Description), argument.Name));
    }

    [Fact]
    public void The_help_of_the_program_lists_exit_codes_and_variables_and_shows_no_example()
    {
        var help = Help("");
        foreach (var told in (string[])["2  wrong usage", "SECRONNA_API_URL", "SECRONNA_TOKEN", "NO_COLOR", "SSL_CERT_FILE", "HTTPS_PROXY", "--version", "completion"])
        {
            Assert.Contains(told, help, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("  secronna ", help.Replace("  secronna [command]", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void The_help_of_every_command_is_listed()
    {
        var paths = All(Root, "").Select(command => command.Path);
        Snapshot.Check("cli-help", string.Join('\n', paths.Select(path => $"$ secronna {$"{path} --help".Trim()}\n{Help(path)}")));
    }

    private static string Help(string path)
    {
        using var output = new StringWriter { NewLine = "\n" };
        var root = CommandTree.Create();
        // The width of a terminal that the tests run in must not matter.
        ((HelpText)root.Options.OfType<HelpOption>().Single().Action!).Usual.MaxWidth = int.MaxValue;
        var words = path.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(0, root.Parse([.. words, "--help"]).Invoke(new InvocationConfiguration { Output = output }));
        return output.ToString().Replace(RootCommand.ExecutableName, "secronna", StringComparison.Ordinal);
    }

    private static IEnumerable<(string Path, Command Command)> All(Command command, string path) =>
        command.Subcommands.SelectMany(subcommand => All(subcommand, $"{path} {subcommand.Name}".Trim())).Prepend((path, command));

    // The command audit does something itself, and has commands below it.
    private static IEnumerable<(string Path, Command Command)> Leaves(Command command, string path) =>
        All(command, path).Where(found => found.Command.Action is not null);

    private static Command Find(string path) => Leaves(Root, "").Single(leaf => leaf.Path == path).Command;

    private static IEnumerable<string> Names(System.CommandLine.Parsing.CommandResult result) =>
        result.Parent is System.CommandLine.Parsing.CommandResult parent ? [.. Names(parent), result.Command.Name] : [];

    // Redirections are the shell's part of an example.
    [GeneratedRegex(" [<>].*$")]
    private static partial Regex Redirection();
}
