using System.CommandLine;
using Secronna.Cli.Commands;
using Secronna.Cli.Commands.Api;
using Secronna.Cli.Commands.Audit;
using Secronna.Cli.Commands.Auth;
using Secronna.Cli.Commands.Completion;
using Secronna.Cli.Commands.Env;
using Secronna.Cli.Commands.Export;
using Secronna.Cli.Commands.Get;
using Secronna.Cli.Commands.Import;
using Secronna.Cli.Commands.Project;
using Secronna.Cli.Commands.Run;
using Secronna.Cli.Commands.Secret;
using Secronna.Cli.Help;

namespace Secronna.Cli;

/// <summary>The root command with all commands below it.</summary>
internal static class CommandTree
{
    /// <summary>
    /// Parses the words of a command line. A word may be a secret. So no word is opened as a file of more words (<c>@file</c>),
    /// and no word is split into single-letter options.
    /// </summary>
    public static ParseResult Parse(IReadOnlyList<string> args) =>
        Create().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });

    public static RootCommand Create() => HelpText.AddTo(new RootCommand("Manage secrets of a Secronna server from the command line")
    {
        GlobalOptions.Json,
        GlobalOptions.Insecure,
        AuthCommand.Create(),
        ProjectCommand.Create(),
        EnvCommand.Create(),
        SecretCommand.Create(),
        GetCommand.Create(),
        RunCommand.Create(),
        ExportCommand.Create(),
        ImportCommand.Create(),
        AuditCommand.Create(),
        ApiCommand.Create(),
        CompletionCommand.Create(),
    });
}
