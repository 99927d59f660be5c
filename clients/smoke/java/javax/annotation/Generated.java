package javax.annotation;

/** The mark of generated code: Java has it no more since 11, and the generator still writes it. */
public @interface Generated {
    String[] value();

    String comments() default "";

    String date() default "";
}
