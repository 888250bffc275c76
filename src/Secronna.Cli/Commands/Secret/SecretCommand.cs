using System.CommandLine;
using Secronna.Cli.Commands.Secret;
using Secronna.Cli.Help;
using Secronna.Protocol;

namespace Secronna.Cli.Commands;

/// <summary><c>secret set|ls|reveal|versions|rollback|rm</c>.</summary>
internal static class SecretCommand
{
    public static Command Create() =>
        new("secret", "Secrets of environments") { SetCommand.Create(), List(), Reveal(), Versions(), RollBack(), Remove() };

    private static Command List()
    {
        var environment = EnvCommand.Argument();
        var at = new Option<string?>("--at") { Description = "As they stood at a time, as 2026-01-31T09:00:00Z" };
        return new Command("ls", "List an environment's secrets; never a value") { environment, at }.Example("secronna secret ls web/production").Does(async invocation =>
        {
            var id = await invocation.Client.Environments.GetIdAsync(invocation.Get(environment), invocation.Cancellation).ConfigureAwait(false);
            await invocation.Printer.AllAsync(
                invocation.Client.Environments.ListSecretsAsync(id, invocation.Get(at) is { } time ? Times.Parse(time) : null, invocation.Cancellation),
                ProtocolJson.Default.SecretSummary, ["KEY", "VERSION", "UPDATED", "ID"],
                secret => [secret.Key, $"{secret.CurrentVersion}", $"{secret.UpdatedAt}", secret.Id], invocation.Cancellation).ConfigureAwait(false);
        });
    }

    private static Command Reveal()
    {
        var (secret, version) = (Argument(), GetCommand.Version());
        return new Command("reveal", "Print a secret's value; the trail says so") { secret, version }.Example("secronna secret reveal web/production/DATABASE_URL --version 3").Does(
            invocation => GetCommand.RunAsync(invocation, invocation.Get(secret), invocation.Get(version)));
    }

    private static Command Versions()
    {
        var secret = Argument();
        return new Command("versions", "List a secret's versions; never a value") { secret }.Example("secronna secret versions web/production/DATABASE_URL").Does(async invocation =>
        {
            var id = await invocation.Client.Secrets.GetIdAsync(invocation.Get(secret), invocation.Cancellation).ConfigureAwait(false);
            await invocation.Printer.AllAsync(
                invocation.Client.Secrets.ListVersionsAsync(id, invocation.Cancellation), ProtocolJson.Default.VersionResponse,
                ["VERSION", "KIND", "CREATED", "BY", "COMMENT"],
                version => [$"{version.Version}", version.Kind, $"{version.CreatedAt}", version.CreatedBy, version.Comment],
                invocation.Cancellation).ConfigureAwait(false);
        });
    }

    private static Command RollBack()
    {
        var secret = Argument();
        var to = new Option<int>("--to") { Description = "The version whose value it gets again", Required = true };
        var comment = new Option<string?>("--comment") { Description = "Why" };
        return new Command("rollback", "Mint a version with the value of an earlier one")
        {
            secret, to, comment,
        }.Example("secronna secret rollback web/production/DATABASE_URL --to 3").Does(async invocation =>
        {
            var id = await invocation.Client.Secrets.GetIdAsync(invocation.Get(secret), invocation.Cancellation).ConfigureAwait(false);
            var written = await invocation.Client.Secrets.RollBackAsync(
                id, new RollbackRequest(invocation.Get(to), invocation.Get(comment)), invocation.Cancellation).ConfigureAwait(false);
            invocation.Printer.One(written, ProtocolJson.Default.WrittenResponse, done => $"{done.Id} {done.Key} version {done.Version}");
        });
    }

    private static Command Remove()
    {
        var secret = Argument();
        return new Command("rm", "Delete a secret; its values are destroyed and do not come back") { secret }.Example("secronna secret rm web/production/DATABASE_URL").Does(async invocation =>
        {
            var id = await invocation.Client.Secrets.GetIdAsync(invocation.Get(secret), invocation.Cancellation).ConfigureAwait(false);
            var deleted = await invocation.Client.Secrets.DeleteAsync(id, invocation.Cancellation).ConfigureAwait(false);
            invocation.Printer.One(deleted, ProtocolJson.Default.DeletedResponse, done => $"deleted {done.Id}");
        });
    }

    private static Argument<string> Argument() => new("SECRET") { Description = "A secret: its id, or project/environment/KEY" };
}
