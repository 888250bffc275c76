using Secronna.Cli.Errors;
using Secronna.Cli.Output;

namespace Secronna.Cli.Input;

/// <summary>Asks the person at the terminal to agree.</summary>
internal static class Question
{
    /// <summary>Asks, unless the person has agreed beforehand.</summary>
    /// <param name="question">The question, without the answers.</param>
    /// <param name="isAnswered">Whether the person has agreed on the command line.</param>
    /// <exception cref="CliException">The person did not agree, or nobody can be asked.</exception>
    public static void RequireYes(string question, bool isAnswered)
    {
        if (isAnswered)
        {
            return;
        }

        if (Console.IsInputRedirected)
        {
            throw new UsageException($"{question} Nobody can be asked here: agree with --yes");
        }

        StandardError.WriteNote($"{question} [y/N]");
        if (Console.ReadLine()?.Trim() is not ("y" or "Y" or "yes"))
        {
            throw new CliException("nothing was done, because you did not agree");
        }
    }
}
