using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Secronna.Cli.Help;

/// <summary>The usual help, and after it the command's examples, or what holds for all commands.</summary>
internal sealed class HelpText(HelpAction usual) : SynchronousCommandLineAction
{
    private const string ForAll =
        """
        Exit codes:
          0  done
          1  failed
          2  wrong usage
          run gives those of its command.

        Variables:
          SECRONNA_API_URL  the server, before the one kept at login
          SECRONNA_TOKEN    the credential, before the one kept at login
          NO_COLOR          no colours, if not empty
          SSL_CERT_FILE     certificates of authorities to trust
          HTTPS_PROXY       the way to servers; also HTTP_PROXY and NO_PROXY

        """;

    public override bool ClearsParseErrors => true;

    /// <summary>Has a root's commands give it.</summary>
    public static RootCommand AddTo(RootCommand root)
    {
        var option = root.Options.OfType<HelpOption>().Single();
        option.Aliases.Remove("/?");
        option.Aliases.Remove("/h");
        option.Action = new HelpText((HelpAction)option.Action!);
        return root;
    }

    public override int Invoke(ParseResult parseResult)
    {
        var (code, output) = (usual.Invoke(parseResult), parseResult.InvocationConfiguration.Output);
        var command = parseResult.CommandResult.Command;
        if (command is RootCommand)
        {
            output.Write(ForAll);
        }
        else if (Examples.Of(command) is { Count: > 0 } examples)
        {
            output.Write($"Examples:\n{string.Concat(examples.Select(line => $"  {line}\n"))}\n");
        }

        return code;
    }
}
