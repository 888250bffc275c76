using System.CommandLine;
using Secronna.Cli.Help;
using Secronna.Protocol;

namespace Secronna.Cli.Commands.Env;

/// <summary><c>env create PROJECT NAME</c>.</summary>
internal static class CreateEnvCommand
{
    public static Command Create()
    {
        var project = ResourceArguments.Project();
        var name = new Argument<string>("NAME") { Description = "The name; the server makes the slug from it" };
        return new Command("create", "Create an environment in a project") { project, name }
            .WithExample("secronna env create web Production")
            .WithAction(invocation => RunAsync(invocation, invocation.Get(project), invocation.Get(name)));
    }

    private static async Task RunAsync(CommandInvocation invocation, string project, string name)
    {
        var found = await invocation.Client.Projects.GetAsync(project, invocation.Cancellation).ConfigureAwait(false);
        var environment = await invocation.Client.Environments.CreateAsync(found.Id, name, invocation.Cancellation).ConfigureAwait(false);
        invocation.Printer.One(environment, ProtocolJson.Default.EnvironmentResponse, created => $"{created.Id} {found.Slug}/{created.Slug}");
    }
}
