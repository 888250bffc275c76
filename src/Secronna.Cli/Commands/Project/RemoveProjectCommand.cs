using System.CommandLine;
using Secronna.Cli.Help;
using Secronna.Protocol;

namespace Secronna.Cli.Commands.Project;

/// <summary><c>project rm PROJECT</c>.</summary>
internal static class RemoveProjectCommand
{
    public static Command Create()
    {
        var (project, force) = (ResourceArguments.Project(), ResourceArguments.Force());
        return new Command("rm", "Delete a project and destroy its keys") { project, force }
            .WithExample("secronna project rm web --force")
            .WithAction(invocation => RunAsync(invocation, invocation.Get(project), invocation.Get(force)));
    }

    private static async Task RunAsync(CommandInvocation invocation, string project, bool isForced)
    {
        var found = await invocation.Client.Projects.GetAsync(project, invocation.Cancellation).ConfigureAwait(false);
        var deleted = await invocation.Client.Projects.DeleteAsync(found.Id, isForced, invocation.Cancellation).ConfigureAwait(false);
        invocation.Printer.One(deleted, ProtocolJson.Default.DeletedResponse, _ => $"deleted {found.Id} {found.Slug}");
    }
}
