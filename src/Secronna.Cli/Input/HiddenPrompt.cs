using System.Runtime.Versioning;
using System.Text;
using Secronna.Cli.Errors;

namespace Secronna.Cli.Input;

/// <summary>Asks for a secret at the terminal without showing what is typed.</summary>
internal static class HiddenPrompt
{
    // How soon the next line follows when several lines are pasted.
    private static readonly TimeSpan PasteDelay = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks for one line.</summary>
    /// <param name="name">What to type, for the prompt.</param>
    /// <exception cref="OperationCanceledException">The user pressed Ctrl-C or Ctrl-D.</exception>
    /// <exception cref="CliException">The input is not text, or more than one line.</exception>
    public static string Ask(string name)
    {
        var prompt = $"{name} (not shown; press Enter to finish): ";
        return OperatingSystem.IsWindows() ? AskKeyByKey(prompt) : AskRaw(prompt);
    }

    // The echo is turned off before the prompt appears, because a user may type as soon as it does.
    [UnsupportedOSPlatform("windows")]
    private static string AskRaw(string prompt)
    {
        // Console.Error sets the terminal up when it is first used, so it is created before the terminal becomes raw.
        var shown = Console.Error;
        using var terminal = RawTerminal.Take();
        using var line = new TypedLine();
        shown.Write(prompt);
        try
        {
            while (!line.Add(terminal.ReadByte()))
            {
            }

            return RawTerminal.HasMore(PasteDelay)
                ? throw new CliException("more than one line was typed or pasted, and none of it was used: use standard input or --file")
                : line.Text();
        }
        finally
        {
            shown.Write("\r\n");
        }
    }

    // On Windows the console echoes input only while a whole line is read. So keys that are read singly are not shown.
    private static string AskKeyByKey(string prompt)
    {
        Console.Error.Write(prompt);
        var text = new StringBuilder();
        while (Console.ReadKey(intercept: true) is var pressed && pressed.Key != ConsoleKey.Enter)
        {
            if (pressed.Key == ConsoleKey.Backspace)
            {
                text.Length = Math.Max(0, text.Length - 1);
            }
            else if (pressed.KeyChar != '\0')
            {
                text.Append(pressed.KeyChar);
            }
        }

        Console.Error.WriteLine();
        return text.ToString();
    }
}
