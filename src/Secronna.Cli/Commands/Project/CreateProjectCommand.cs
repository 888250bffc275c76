using System.CommandLine;
using Secronna.Cli.Help;
using Secronna.Protocol;

namespace Secronna.Cli.Commands.Project;

/// <summary><c>project create NAME</c>.</summary>
internal static class CreateProjectCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "The name; the server makes the slug from it" };
        return new Command("create", "Create a project") { name }
            .WithExample("secronna project create Web")
            .WithAction(invocation => RunAsync(invocation, invocation.Get(name)));
    }

    private static async Task RunAsync(CommandInvocation invocation, string name)
    {
        var project = await invocation.Client.Projects.CreateAsync(name, invocation.Cancellation).ConfigureAwait(false);
        invocation.Printer.One(project, ProtocolJson.Default.ProjectResponse, created => $"{created.Id} {created.Slug}");
    }
}
