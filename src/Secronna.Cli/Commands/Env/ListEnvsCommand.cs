using System.CommandLine;
using Secronna.Cli.Help;
using Secronna.Protocol;

namespace Secronna.Cli.Commands.Env;

/// <summary><c>env ls PROJECT</c>.</summary>
internal static class ListEnvsCommand
{
    public static Command Create()
    {
        var project = ResourceArguments.Project();
        return new Command("ls", "List the environments of a project") { project }
            .WithExample("secronna env ls web")
            .WithAction(invocation => RunAsync(invocation, invocation.Get(project)));
    }

    private static async Task RunAsync(CommandInvocation invocation, string project)
    {
        var found = await invocation.Client.Projects.GetAsync(project, invocation.Cancellation).ConfigureAwait(false);
        await invocation.Printer.AllAsync(
            invocation.Client.Environments.ListAsync(found.Id, invocation.Cancellation), ProtocolJson.Default.EnvironmentResponse,
            ["ID", "PATH", "NAME"], environment => [environment.Id, $"{found.Slug}/{environment.Slug}", environment.Name],
            invocation.Cancellation).ConfigureAwait(false);
    }
}
