using System.CommandLine;
using Secronna.Cli.Commands.Env;
using Secronna.Cli.Help;
using Secronna.Protocol;

namespace Secronna.Cli.Commands;

/// <summary><c>env create|ls|rm|diff|restore</c>.</summary>
internal static class EnvCommand
{
    public static Command Create() =>
        new("env", "Environments of projects") { Make(), List(), Remove(), DiffCommand.Create(), RestoreCommand.Create() };

    /// <summary>An environment on the command line.</summary>
    public static Argument<string> Argument(string name = "ENV") => new(name) { Description = "An environment: its id, or project/environment" };

    private static Command Make()
    {
        var (project, name) = (Project(), new Argument<string>("NAME") { Description = "The name; its slug is made from it" });
        return new Command("create", "Create an environment in a project") { project, name }.Example("secronna env create web Production").Does(async invocation =>
        {
            var found = await invocation.Client.Projects.GetAsync(invocation.Get(project), invocation.Cancellation).ConfigureAwait(false);
            var environment = await invocation.Client.Environments.CreateAsync(found.Id, invocation.Get(name), invocation.Cancellation).ConfigureAwait(false);
            invocation.Printer.One(environment, ProtocolJson.Default.EnvironmentResponse, created => $"{created.Id} {found.Slug}/{created.Slug}");
        });
    }

    private static Command List()
    {
        var project = Project();
        return new Command("ls", "List a project's environments") { project }.Example("secronna env ls web").Does(async invocation =>
        {
            var found = await invocation.Client.Projects.GetAsync(invocation.Get(project), invocation.Cancellation).ConfigureAwait(false);
            await invocation.Printer.AllAsync(
                invocation.Client.Environments.ListAsync(found.Id, invocation.Cancellation), ProtocolJson.Default.EnvironmentResponse,
                ["ID", "PATH", "NAME"], environment => [environment.Id, $"{found.Slug}/{environment.Slug}", environment.Name],
                invocation.Cancellation).ConfigureAwait(false);
        });
    }

    private static Command Remove()
    {
        var environment = Argument();
        var force = new Option<bool>("--force") { Description = "Also with the secrets in it, whose values do not come back" };
        return new Command("rm", "Delete an environment") { environment, force }.Example("secronna env rm web/review-42 --force").Does(async invocation =>
        {
            var id = await invocation.Client.Environments.GetIdAsync(invocation.Get(environment), invocation.Cancellation).ConfigureAwait(false);
            var deleted = await invocation.Client.Environments.DeleteAsync(id, invocation.Get(force), invocation.Cancellation).ConfigureAwait(false);
            invocation.Printer.One(deleted, ProtocolJson.Default.DeletedResponse, done => $"deleted {done.Id}");
        });
    }

    private static Argument<string> Project() => new("PROJECT") { Description = "A project: its id or slug" };
}
