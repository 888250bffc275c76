using System.CommandLine;
using Secronna.Cli.Help;
using Secronna.Cli.Input;
using Secronna.Client;
using Secronna.Protocol;

namespace Secronna.Cli.Commands.Secret;

/// <summary><c>secret set ENV KEY [VALUE]</c>. The value is never printed.</summary>
internal static class SetCommand
{
    public static Command Create()
    {
        var environment = EnvCommand.Argument();
        var key = new Argument<string>("KEY") { Description = "The key" };
        var value = new Argument<string?>("VALUE")
        {
            Description = "The value; better left out, for others see it in the list of processes: then it is read from standard input, or asked for",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var file = new Option<string?>("--file") { Description = "Take a file's content, exactly" };
        var expected = new Option<int?>("--expect-version") { Description = "The version that must be current; 0: it must not exist yet" };
        var comment = new Option<string?>("--comment") { Description = "Why" };
        return new Command("set", "Create a key, or mint its next version")
        {
            environment, key, value, file, expected, comment,
        }.Example("secronna secret set web/production DATABASE_URL < url.txt").Does(async invocation =>
        {
            // Before anyone types a value.
            var name = invocation.Get(environment).Split('/') is [_, _, _]
                ? throw new UsageException("the key stands apart from its environment: secronna secret set web/production DATABASE_URL")
                : EnvironmentName.Parse(invocation.Get(environment));
            var text = ValueInput.Read(invocation.Find(value), invocation.Get(file), invocation.Get(key));
            var id = await invocation.Client.Environments.GetIdAsync(name, invocation.Cancellation).ConfigureAwait(false);
            var written = await invocation.Client.Environments.WriteAsync(
                id, new WriteSecretRequest(invocation.Get(key), text, invocation.Get(expected), invocation.Get(comment)),
                invocation.Cancellation).ConfigureAwait(false);
            invocation.Printer.One(written, ProtocolJson.Default.WrittenResponse, done => $"{done.Id} {done.Key} version {done.Version}");
        });
    }
}
