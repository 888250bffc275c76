using System.CommandLine;
using Secronna.Cli.Help;
using Secronna.Protocol;

namespace Secronna.Cli.Commands;

/// <summary><c>project create|ls|rm</c>.</summary>
internal static class ProjectCommand
{
    public static Command Create() => new("project", "Projects") { Make(), List(), Remove() };

    private static Command Make()
    {
        var name = new Argument<string>("NAME") { Description = "The name; its slug is made from it" };
        return new Command("create", "Create a project") { name }.Example("secronna project create Web").Does(async invocation =>
        {
            var project = await invocation.Client.Projects.CreateAsync(invocation.Get(name), invocation.Cancellation).ConfigureAwait(false);
            invocation.Printer.One(project, ProtocolJson.Default.ProjectResponse, created => $"{created.Id} {created.Slug}");
        });
    }

    private static Command List() => new Command("ls", "List projects").Example("secronna project ls --json").Does(invocation => invocation.Printer.AllAsync(
        invocation.Client.Projects.ListAsync(invocation.Cancellation), ProtocolJson.Default.ProjectResponse,
        ["ID", "SLUG", "NAME"], project => [project.Id, project.Slug, project.Name], invocation.Cancellation));

    private static Command Remove()
    {
        var project = new Argument<string>("PROJECT") { Description = "Its id or slug" };
        var force = new Option<bool>("--force") { Description = "Also with the secrets in it, whose values do not come back" };
        return new Command("rm", "Delete a project and destroy its keys") { project, force }.Example("secronna project rm web --force").Does(async invocation =>
        {
            var found = await invocation.Client.Projects.GetAsync(invocation.Get(project), invocation.Cancellation).ConfigureAwait(false);
            var deleted = await invocation.Client.Projects.DeleteAsync(found.Id, invocation.Get(force), invocation.Cancellation).ConfigureAwait(false);
            invocation.Printer.One(deleted, ProtocolJson.Default.DeletedResponse, _ => $"deleted {found.Id} {found.Slug}");
        });
    }
}
