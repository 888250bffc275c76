using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Secronna.Cli.Help;

/// <summary>
/// Prints the help of System.CommandLine. The examples of the command follow after it. For the root command, the exit codes and
/// variables of all commands follow instead.
/// </summary>
internal sealed class HelpText(HelpAction usual) : SynchronousCommandLineAction
{
    private const string ForAllCommands =
        """
        Exit codes:
          0  done
          1  failed
          2  wrong usage
          3  a signature, proof or hash of the audit trail is wrong
          4  the audit trail is in a new epoch, or lost entries by it
          `run` exits with the code of the program that it runs.

        Variables:
          SECRONNA_API_URL  the server; wins over the saved one
          SECRONNA_TOKEN    the credential; wins over the saved one
          NO_COLOR          no colours, if not empty
          SSL_CERT_FILE     certificates of authorities to trust
          HTTPS_PROXY       the proxy to reach servers by; also HTTP_PROXY and NO_PROXY

        """;

    /// <summary>The help of System.CommandLine.</summary>
    public HelpAction Usual => usual;

    public override bool ClearsParseErrors => true;

    /// <summary>Replaces the help of a root command and of all commands below it.</summary>
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
            output.Write(ForAllCommands);
        }
        else if (CommandExamples.Of(command) is { Count: > 0 } examples)
        {
            output.Write($"Examples:\n{string.Concat(examples.Select(line => $"  {line}\n"))}\n");
        }

        return code;
    }
}
