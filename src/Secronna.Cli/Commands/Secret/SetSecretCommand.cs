using System.CommandLine;
using Secronna.Cli.Errors;
using Secronna.Cli.Help;
using Secronna.Cli.Input;
using Secronna.Client;
using Secronna.Protocol;

namespace Secronna.Cli.Commands.Secret;

/// <summary><c>secret set ENV KEY [VALUE]</c>. The value is never printed.</summary>
internal static class SetSecretCommand
{
    public static Command Create()
    {
        var environment = ResourceArguments.Environment();
        var key = new Argument<string>("KEY") { Description = "The key" };
        var value = new Argument<string?>("VALUE")
        {
            Description = "The value. Better leave it out, because other users can see it in the list of processes: then it is read from standard input or asked for",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var file = new Option<string?>("--file") { Description = "Read the value from a file, unchanged" };
        var expected = new Option<int?>("--expect-version") { Description = "Write only if this is the current version; 0 means only if the key does not exist" };
        var comment = new Option<string?>("--comment") { Description = "Why, for the new version" };
        return new Command("set", "Create a secret or write its next version") { environment, key, value, file, expected, comment }
            .WithExample("secronna secret set web/production DATABASE_URL < url.txt")
            .WithAction(invocation =>
            {
                // The name is checked before the user types a value.
                var name = Parse(invocation.Get(environment));
                var text = SecretValueInput.Read(invocation.Find(value), invocation.Get(file), invocation.Get(key));
                return RunAsync(invocation, name, new WriteSecretRequest(invocation.Get(key), text, invocation.Get(expected), invocation.Get(comment)));
            });
    }

    private static EnvironmentName Parse(string environment) => environment.Split('/') is [_, _, _]
        ? throw new UsageException("the key must be a word of its own: secronna secret set web/production DATABASE_URL")
        : EnvironmentName.Parse(environment);

    private static async Task RunAsync(CommandInvocation invocation, EnvironmentName environment, WriteSecretRequest request)
    {
        var id = await invocation.Client.Environments.GetIdAsync(environment, invocation.Cancellation).ConfigureAwait(false);
        var written = await invocation.Client.Environments.WriteAsync(id, request, invocation.Cancellation).ConfigureAwait(false);
        invocation.Printer.One(written, ProtocolJson.Default.WrittenResponse, done => $"{done.Id} {done.Key} version {done.Version}");
    }
}
