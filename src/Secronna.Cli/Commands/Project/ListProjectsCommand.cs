using System.CommandLine;
using Secronna.Cli.Help;
using Secronna.Protocol;

namespace Secronna.Cli.Commands.Project;

/// <summary><c>project ls</c>.</summary>
internal static class ListProjectsCommand
{
    public static Command Create() => new Command("ls", "List projects").WithExample("secronna project ls --json").WithAction(RunAsync);

    private static Task RunAsync(CommandInvocation invocation) => invocation.Printer.AllAsync(
        invocation.Client.Projects.ListAsync(invocation.Cancellation), ProtocolJson.Default.ProjectResponse,
        ["ID", "SLUG", "NAME"], project => [project.Id, project.Slug, project.Name], invocation.Cancellation);
}
