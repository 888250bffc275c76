using System.Security.Cryptography;
using Secronna.Cli.Errors;

namespace Secronna.Cli.Input;

/// <summary>A line that is typed at a raw terminal, byte by byte.</summary>
internal sealed class TypedLine : IDisposable
{
    private const byte Interrupt = 0x03;
    private const byte EndOfInput = 0x04;
    private const byte Backspace = 0x08;
    private const byte EraseLine = 0x15;
    private const byte Delete = 0x7F;

    private readonly MemoryStream bytes = new();

    /// <summary>Adds the next byte.</summary>
    /// <returns>Whether the byte ended the line.</returns>
    /// <exception cref="OperationCanceledException">The user pressed Ctrl-C, or Ctrl-D on an empty line.</exception>
    public bool Add(byte pressed)
    {
        switch (pressed)
        {
            case (byte)'\r' or (byte)'\n':
                return true;
            case Interrupt:
            case EndOfInput when bytes.Length == 0:
                throw new OperationCanceledException();
            case EraseLine:
                bytes.SetLength(0);
                break;
            case Backspace or Delete:
                EraseCharacter();
                break;
            default:
                bytes.WriteByte(pressed);
                break;
        }

        return false;
    }

    /// <summary>The typed text.</summary>
    /// <exception cref="CliException">The line is not UTF-8, or contains a key that is not a character.</exception>
    public string Text()
    {
        var text = SecretValueInput.Text(bytes.ToArray());
        return text.Any(character => char.IsControl(character) && character != '\t')
            ? throw new CliException("a key was pressed that is not a character, for example an arrow key: type the line again, or use standard input")
            : text;
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(bytes.GetBuffer());
        bytes.Dispose();
    }

    // Removes the continuation bytes of the last UTF-8 character and its first byte.
    private void EraseCharacter()
    {
        var length = (int)bytes.Length;
        while (length > 0 && (bytes.GetBuffer()[--length] & 0xC0) == 0x80)
        {
        }

        bytes.SetLength(length);
    }
}
